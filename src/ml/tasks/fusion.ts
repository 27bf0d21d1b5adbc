import type { Lookup } from '../engine/engine.ts';
import type { Dropout } from '../nn/dropout.ts';
import { embedding } from '../nn/embedding.ts';
import { gelu } from '../nn/gelu.ts';
import { layerNorm } from '../nn/layer-norm.ts';
import { linear } from '../nn/linear.ts';
import { normalFrom } from '../random.ts';
import { tf } from '../tf.ts';
import type { Weights } from '../weights/weights.ts';
import { initialHead, type Shapes } from './task.ts';

/** What is known of the structured vectors. */
export interface FeatureShape {
  /** Width of the numbers: standardised values and then as many flags of missing ones. */
  readonly numbers: number;
  /** Rows of the embedding table of each category column. */
  readonly tables: readonly number[];
  /** Width of the vector that comes out. */
  readonly width: number;
}

/** Frequencies that each number is shown at. */
const WAVES = 8;
/** Width of what becomes of a number's waves. */
const NUMBER_WIDTH = 8;
/** How far initial frequencies spread, in periods a deviation. */
const SPREAD = 0.3;

/** Rare values share what they learn in few dimensions. */
const tableWidth = (rows: number) => Math.min(16, Math.ceil(rows / 2));

/**
 * The weights that turn a structured vector, and the text's where there is one, into one vector.
 * @param text width of the text's vector; 0 without text
 */
export function fusionShapes({ numbers, tables, width }: FeatureShape, text: number): Shapes {
  const values = numbers / 2;
  const categories = tables.reduce((sum, rows) => sum + tableWidth(rows), 0);
  const structured = numbers + values * NUMBER_WIDTH + categories;
  return new Map<string, readonly number[]>([
    ...(values > 0
      ? ([
          ['fusion.waves.weight', [values, WAVES]],
          ['fusion.numbers.weight', [NUMBER_WIDTH, 2 * WAVES]],
          ['fusion.numbers.bias', [NUMBER_WIDTH]],
        ] as const)
      : []),
    ...tables.map((rows, i) => [`fusion.tables.${i}.weight`, [rows, tableWidth(rows)]] as const),
    ['fusion.features.weight', [width, structured]],
    ['fusion.features.bias', [width]],
    ['fusion.features.LayerNorm.weight', [width]],
    ['fusion.features.LayerNorm.bias', [width]],
    ['fusion.joint.weight', [width, width + text]],
    ['fusion.joint.bias', [width]],
  ]);
}

/** New weights: layers as wide as these start by their width (He et al. 2015), tables small. */
export function initialFusion(shapes: Shapes, seed: number): Weights {
  const weights = initialHead(shapes, seed);
  const normal = normalFrom(seed + 1);
  for (const [name, { shape, data }] of weights) {
    if (shape.length < 2) continue;
    const byWidth = name.includes('tables') ? 0.1 : Math.sqrt(2 / (shape[1] as number));
    const deviation = name === 'fusion.waves.weight' ? SPREAD : byWidth;
    for (let i = 0; i < data.length; i++) data[i] = deviation * normal();
  }
  return weights;
}

/** (B, numbers) float32 and (B, columns) int32. */
export interface FeatureTensors {
  readonly numbers: tf.Tensor;
  readonly categories: tf.Tensor;
}

/**
 * One vector (B, W) of features, and of the text's vector (B, H) where there is one. Numbers are shown
 * plain and as waves of learnt frequencies, which lets a network bend sharply where trees would split
 * (Gorishniy, Rubachev, Babenko 2022, 3.3); categories by a table each (Guo, Berkhahn 2016).
 */
export function fuse(
  { numbers: columns, tables }: FeatureShape,
  p: Lookup,
  { numbers, categories }: FeatureTensors,
  text: tf.Tensor | undefined,
  dropout: Dropout,
): tf.Tensor {
  const parts: tf.Tensor[] = [];
  if (columns > 0) parts.push(numbers, waves(p, numbers, columns / 2));
  tables.forEach((_rows, i) => {
    const ids = categories.slice([0, i], [-1, 1]).squeeze([1]);
    parts.push(embedding(p(`fusion.tables.${i}.weight`), ids));
  });
  const structured = linear(
    tf.concat(parts, 1),
    p('fusion.features.weight'),
    p('fusion.features.bias'),
  );
  const [gamma, beta] = [
    p('fusion.features.LayerNorm.weight'),
    p('fusion.features.LayerNorm.bias'),
  ];
  const features = dropout(gelu(layerNorm(structured, gamma, beta, 1e-5)));
  const joint = text ? tf.concat([text, features], 1) : features;
  return gelu(linear(joint, p('fusion.joint.weight'), p('fusion.joint.bias')));
}

/** (B, 2N) to (B, N * NUMBER_WIDTH): the values alone; their flags are plain already. */
function waves(p: Lookup, numbers: tf.Tensor, values: number): tf.Tensor {
  const value = numbers.slice([0, 0], [-1, values]).expandDims(2); // (B, N, 1)
  const angle = value.mul(p('fusion.waves.weight').expandDims(0)).mul(2 * Math.PI); // (B, N, WAVES)
  const both = tf.concat([angle.sin(), angle.cos()], 2);
  const bent = gelu(linear(both, p('fusion.numbers.weight'), p('fusion.numbers.bias')));
  return bent.reshape([-1, values * NUMBER_WIDTH]);
}
