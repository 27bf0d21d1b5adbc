import { parseBertConfig } from '../../src/ml/bert/config.ts';
import { initialBertWeights } from '../../src/ml/bert/parameters.ts';
import type { HostTensors } from '../../src/ml/onnx/session.ts';
import { classifyTask } from '../../src/ml/tasks/classify.ts';
import { lossOf, type ModelShape } from '../../src/ml/tasks/model.ts';
import { initialHead } from '../../src/ml/tasks/task.ts';
import { tokenTensors } from '../../src/ml/tasks/tensors.ts';
import { stepSize } from '../../src/ml/train/adamw.ts';
import { trainingStep } from '../../src/ml/train/step.ts';

const CLASSES = 4;
export const [ROWS, LENGTH] = [32, 64];

/** 4 layers x 256, vocabulary 8,000. */
const config = parseBertConfig(
  JSON.stringify({
    ...{ hidden_size: 256, num_hidden_layers: 4, num_attention_heads: 4 },
    ...{ intermediate_size: 1024, vocab_size: 8000, max_position_embeddings: 128 },
  }),
  'the bench',
);

const task = classifyTask({ classes: CLASSES, width: config.hidden_size });
const model: ModelShape = { text: { config, pooling: 'cls' } };
export const weights = new Map([...initialBertWeights(config, 1), ...initialHead(task.shapes, 2)]);
export const trainable = [...weights.keys()];

/** Loss, gradients, clipping and AdamW. */
export const step = trainingStep({ trainable, loss: lossOf(model, task), dropout: 0, clip: 1 });

const texts = Array.from({ length: ROWS }, (_, row) =>
  Int32Array.from({ length: LENGTH }, (_token, i) => 5 + ((i * 7919 + row * 31) % 7990)),
);

/** A full batch, and the scalars of a step. */
export function batchOf(number: number): HostTensors {
  return {
    ...tokenTensors(texts, ROWS, LENGTH, 0),
    ...task.targets(
      texts.map((_, row) => row % CLASSES),
      ROWS,
      LENGTH,
    ),
    ...stepSize(number, 1e-4, 0.01),
  };
}
