import type { Lookup } from '../../engine/engine.ts';
import { noDropout } from '../../nn/dropout.ts';
import { embedding } from '../../nn/embedding.ts';
import type { OnnxGraph } from '../../onnx/graph.ts';
import { fuse } from '../../tasks/fusion.ts';
import { encodeBatch, type ModelShape, memberPrefix } from '../../tasks/model.ts';
import type { Task } from '../../tasks/task.ts';
import { tf } from '../../tf.ts';
import { traceWithWeights } from '../../trace/with-weights.ts';
import type { Weights } from '../../weights/weights.ts';

/** What a task makes of encoded rows. */
export type Outputs = Task<never>['outputs'];

const WORDS = 'embeddings.word_embeddings.weight';

/**
 * How a row's score changes with its words, at a place between a baseline text and the row's: the
 * integrand of integrated gradients (Sundararajan, Taly, Yan 2017, eq. 1).
 *
 * Inputs beside the model's own: `baseline_ids` (B, S) int64, `place` (B) from 0 at the baseline to 1
 * at the text, and `direction` (B, outputs), which makes a row's outputs one score. Outputs: `slopes`
 * (B, S), gradients times the way from baseline to text, and `score` (B). Of several encoders side by
 * side all go the way together.
 */
export function slopesGraph(
  model: ModelShape,
  weights: Weights,
  { outputs, width }: Explained,
): OnnxGraph {
  return traceWithWeights(
    weights,
    (input, p) => {
      const batch = modelInputs(input, model);
      const baseline = input('baseline_ids', ['batch', 'sequence'], 'int32', 'int64');
      const place = input('place', ['batch'], 'float32');
      const direction = input('direction', ['batch', width], 'float32');
      // Each token has a place of its own, (B, S): by these the score is differentiated.
      const places = batch('mask').cast('float32').zerosLike().add(place.expandDims(1));
      let scores: tf.Tensor | undefined;
      const scored = (of: tf.Tensor): tf.Tensor => {
        const perturbation = (own: Lookup) => {
          const table = own(WORDS);
          const way = embedding(table, batch('ids')).sub(embedding(table, baseline)); // (B, S, H)
          return way.mul(of.sub(1).expandDims(2));
        };
        const outcome = outputs(p, encodeBatch(model, p, batch, { perturbation }));
        scores = tf.keep(scoresOf(outcome).reshape([-1, width]));
        return scores;
      };
      const slopes = tf.grad(scored)(places, direction);
      const kept = scores as unknown as tf.Tensor;
      const score = kept.mul(direction).sum(1); // (B)
      kept.dispose();
      return { slopes, score };
    },
    { inference: false },
  );
}

/**
 * The part of a model that reads features, for any number of made-up rows: `numbers` and
 * `categories`, and the vector of the row's text `text_vector` (B, members * H) where the model reads
 * one.
 */
export function headGraph(model: ModelShape, weights: Weights, outputs: Outputs): OnnxGraph {
  const { features, text, members = 1 } = model;
  if (!features) throw new Error('A model without features has no head to explain.');
  const width = text?.config.hidden_size ?? 0;
  return traceWithWeights(weights, (input, p) => {
    const batch = modelInputs(input, { features });
    const vectors = text && input('text_vector', ['batch', members * width], 'float32');
    const tensors = { numbers: batch('numbers'), categories: batch('categories') };
    const each = Array.from({ length: members }, (_, member) => {
      const own = vectors?.slice([0, member * width], [-1, width]);
      return fuse(features, (name) => p(memberPrefix(member) + name), tensors, own, noDropout);
    });
    return outputs(p, { pooled: tf.concat(each, 1) });
  });
}

type Input = Parameters<Parameters<typeof traceWithWeights>[1]>[0];

/** The inputs of a served model, under the names of Hugging Face's exports. */
export function modelInputs(input: Input, { text, features }: ModelShape): Lookup {
  const known = new Map<string, tf.Tensor>();
  if (text) {
    const shape = ['batch', 'sequence'];
    known.set('ids', input('input_ids', shape, 'int32', 'int64'));
    known.set('mask', input('attention_mask', shape, 'int32', 'int64'));
  }
  if (features) {
    const { numbers, tables } = features;
    // What a model does not have is empty, and nothing reads it.
    const empty = tf.zeros([0]);
    known.set('numbers', numbers ? input('numbers', ['batch', numbers], 'float32') : empty);
    const columns = tables.length;
    known.set('categories', columns ? input('categories', ['batch', columns], 'int32') : empty);
  }
  return (name) => {
    const tensor = known.get(name);
    if (!tensor) throw new Error(`A served model has no input "${name}".`);
    return tensor;
  };
}

/** A task's outputs, and how many numbers they are of a row. */
export interface Explained {
  readonly outputs: Outputs;
  readonly width: number;
}

/**
 * Several tasks of the same rows as one, their scores beside each other in the order of the tasks: by
 * the direction any of them is explained, and a graph holds the encoder's weights once.
 */
export function sideBySide(tasks: readonly Explained[]): Explained {
  const [only, ...others] = tasks;
  if (only && others.length === 0) return only;
  return {
    width: tasks.reduce((sum, { width }) => sum + width, 0),
    outputs: (p, encoded) => ({
      logits: tf.concat(
        tasks.map(({ outputs, width }) => scoresOf(outputs(p, encoded)).reshape([-1, width])),
        1,
      ),
    }),
  };
}

/** (B, outputs) or (B). */
function scoresOf(outputs: Record<string, tf.Tensor>): tf.Tensor {
  const scores = outputs.logits ?? outputs.value;
  if (!scores) throw new Error('The task has no score to explain.');
  return scores;
}
