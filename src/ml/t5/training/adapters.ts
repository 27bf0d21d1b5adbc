import { linear } from '../../nn/linear.ts';
import { normalFrom } from '../../random.ts';
import { sizeOf, type Weights } from '../../weights/weights.ts';
import type { T5Config } from '../config.ts';
import type { T5Net } from '../model/net.ts';
import { t5Parameters } from '../parameters.ts';

const ADAPTER = '.adapter.';

/**
 * Small two-layer parts after each sublayer, which learn while the model stays as it is (Houlsby et
 * al. 2019, "Parameter-Efficient Transfer Learning for NLP", section 2.1). They start as the
 * identity: the upper matrix is zero.
 * @param width of the bottleneck
 */
export function initialAdapters(config: T5Config, width: number, seed: number): Weights {
  const normal = normalFrom(seed);
  const weights: Weights = new Map();
  const add = (name: string, shape: number[], deviation: number) => {
    const data = new Float32Array(sizeOf(shape));
    if (deviation > 0) for (let i = 0; i < data.length; i++) data[i] = deviation * normal();
    weights.set(name, { shape, data });
  };
  for (const sublayer of sublayersOf(config)) {
    add(`${sublayer}${ADAPTER}down.weight`, [width, config.width], config.width ** -0.5);
    add(`${sublayer}${ADAPTER}down.bias`, [width], 0);
    add(`${sublayer}${ADAPTER}up.weight`, [config.width, width], 0);
    add(`${sublayer}${ADAPTER}up.bias`, [config.width], 0);
  }
  return weights;
}

/** The net with its adapters at work. */
export function withAdapters(net: T5Net): T5Net {
  return {
    ...net,
    adapt(sublayer, x) {
      const part = (name: string) => net.parameter(`${sublayer}${ADAPTER}${name}`);
      const narrow = linear(x, part('down.weight'), part('down.bias')).relu();
      return x.add(linear(narrow, part('up.weight'), part('up.bias')));
    },
  };
}

/** The weights of a model's adapters among a file's. */
export function adapterWeights(weights: Weights): Weights {
  return new Map([...weights].filter(([name]) => name.includes(ADAPTER)));
}

/** Whether a model was trained with adapters, and so needs them. */
export function hasAdapters(weights: Weights): boolean {
  return adapterWeights(weights).size > 0;
}

function sublayersOf(config: T5Config): string[] {
  const suffix = /^(.*\.layer\.\d+)\.layer_norm\.weight$/;
  return [...t5Parameters(config).keys()].flatMap((name) => suffix.exec(name)?.[1] ?? []);
}
