import { sizeOf, type Weight, type Weights } from '../weights/weights.ts';
import { memberPrefix } from './model.ts';
import type { Shapes } from './task.ts';

/**
 * Several trained models as one that gives the mean of their scores (Breiman 1996): their encoders
 * side by side, and one head whose matrix is theirs in a row, divided by their number.
 * @param head the shapes of one model's head: matrices (O, W) and vectors (O)
 */
export function bagWeights(models: readonly Weights[], head: Shapes): Weights {
  const bag: Weights = new Map();
  for (const [member, weights] of models.entries())
    for (const [name, weight] of weights)
      if (!head.has(name)) bag.set(memberPrefix(member) + name, weight);
  for (const [name, shape] of head) {
    const parts = models.map((weights) => weights.get(name) as Weight);
    bag.set(name, shape.length === 2 ? sideBySide(parts) : meanOf(parts));
  }
  return bag;
}

function sideBySide(parts: readonly Weight[]): Weight {
  const [rows, width] = (parts[0] as Weight).shape as [number, number];
  const all = width * parts.length;
  const data = new Float32Array(rows * all);
  for (const [part, weight] of parts.entries())
    for (let row = 0; row < rows; row++) {
      const own = weight.data.subarray(row * width, (row + 1) * width);
      data.set(
        own.map((value) => value / parts.length),
        row * all + part * width,
      );
    }
  return { shape: [rows, all], data };
}

function meanOf(parts: readonly Weight[]): Weight {
  const { shape } = parts[0] as Weight;
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) =>
    parts.reduce((sum, part) => sum + (part.data[i] as number) / parts.length, 0),
  );
  return { shape, data };
}
