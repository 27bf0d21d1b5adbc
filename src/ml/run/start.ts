import type { BertConfig } from '../bert/config.ts';
import { MlError } from '../errors.ts';
import { type Base, loadBase } from './base.ts';
import type { Hyperparameters } from './hyperparameters.ts';

/**
 * The base that a run starts from, with as many of its layers as are asked for.
 * @throws MlError as `loadBase`, and when it has not so many layers
 */
export async function loadStart(
  folder: string,
  { layers }: Pick<Hyperparameters, 'layers'>,
): Promise<Base> {
  const base = await loadBase(folder);
  return layers === undefined ? base : shallower(base, layers);
}

/** Keeps layers at even distances, such as every other one (Sanh et al. 2019, 3). */
export function shallower({ config, encoder, ...base }: Base, layers: number): Base {
  const all = config.num_hidden_layers;
  if (layers > all)
    throw new MlError('BAD_INPUT', `"layers" is ${layers}, but the base has ${all}.`);
  const kept = Array.from({ length: layers }, (_, layer) => Math.floor((layer * all) / layers));
  const own = [...encoder].flatMap(([name, weight]) => {
    const [, layer, rest] = /^encoder\.layer\.(\d+)\.(.+)$/.exec(name) ?? [];
    if (layer === undefined) return [[name, weight] as const];
    const place = kept.indexOf(Number(layer));
    return place < 0 ? [] : [[`encoder.layer.${place}.${rest}`, weight] as const];
  });
  const smaller: BertConfig = { ...config, num_hidden_layers: layers };
  return { ...base, config: smaller, encoder: new Map(own) };
}
