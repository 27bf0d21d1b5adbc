import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pool } from '../bert/pooling.ts';
import { MANIFEST } from '../model-folder.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { OnnxGraph } from '../onnx/graph.ts';
import { optimiseGraph } from '../onnx/optimise.ts';
import { type Quantisation, quantiseChecked } from '../onnx/quantise-check.ts';
import { encodeBatch, type ModelShape } from '../tasks/model.ts';
import type { tf } from '../tf.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { traceWithWeights } from '../trace/with-weights.ts';
import type { Weights } from '../weights/weights.ts';
import { planBatches } from './batches.ts';
import { headGraph, modelInputs, type Outputs, sideBySide, slopesGraph } from './explain/graphs.ts';
import { readRows, type ServedRow, tensorsOf } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { furtherOutput, outputOf, widthOf } from './outcome.ts';

/** A trained model, and what is needed to serve it. */
export interface Publication {
  readonly model: ModelShape;
  readonly weights: Weights;
  /** The task's: `logits` (of SEQUENCE those of each token), `value` or `vector`. */
  readonly outputs: Outputs;
  /** Of further heads, in the order of the manifest's. */
  readonly further?: readonly Outputs[];
  readonly manifest: Manifest;
  /** Where the model reads text. */
  readonly tokenizer?: Tokenizer;
  /** Rows, of validation say, that the eight-bit model has to agree on. */
  readonly samples: readonly ServedRow[];
  readonly threads: number;
}

/**
 * Writes what serving needs into a model folder: `cameo.json`, `model.onnx`, `model.int8.onnx` if it
 * gives nearly the same, and the graphs that explain. The tokenizer is the folder's own.
 * @returns how near the eight-bit model is, and why it is not there if it is not
 */
export async function publishModel(
  folder: string,
  publication: Publication,
): Promise<Omit<Quantisation, 'model'>> {
  const { model, weights, outputs, further = [], manifest } = publication;
  const graph = optimiseGraph(servingGraph(model, weights, [outputs, ...further]));
  const write = (name: string, content: OnnxGraph) =>
    writeFile(join(folder, name), encodeModel(content));
  await write('model.onnx', graph);
  const { threads } = publication;
  const checked = [checkedOutput(manifest), ...further.map((_, head) => furtherOutput(head))];
  const quantisation = await quantiseChecked(graph, samplesOf(publication), checked, { threads });
  if (quantisation.accepted) await writeFile(join(folder, 'model.int8.onnx'), quantisation.model);
  if (isExplained(manifest)) {
    const explained = sideBySide(
      [manifest, ...(manifest.heads ?? [])].map(({ task }, head) => ({
        outputs: [outputs, ...further][head] as Outputs,
        width: widthOf(task),
      })),
    );
    if (model.text) await write('slopes.onnx', slopesGraph(model, weights, explained));
    if (model.features) await write('head.onnx', headGraph(model, weights, outputs));
  }
  const { accepted, check } = quantisation;
  const report = { accepted, check, ...(!accepted && { reason: quantisation.reason }) };
  const content = { ...manifest, quantisation: report };
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(content, null, 2)}\n`);
  return report as Omit<Quantisation, 'model'>;
}

/** What the eight-bit model has to give nearly the same of: a vector a row, or a token. */
function checkedOutput(manifest: Manifest): string {
  if (manifest.task.kind === 'EMBED') return 'vector';
  return manifest.task.kind === 'SEQUENCE' ? 'logits' : outputOf(manifest);
}

/** Vectors have no reasons, and tags would take a graph's pass for each word (docs/models.md). */
function isExplained({ task }: Manifest): boolean {
  return task.kind !== 'EMBED' && task.kind !== 'SEQUENCE';
}

/** The tasks' outputs; of a model that reads text and features also `text_vector` (B, H). */
function servingGraph(
  model: ModelShape,
  weights: Weights,
  [own, ...further]: readonly Outputs[],
): OnnxGraph {
  return traceWithWeights(weights, (input, p) => {
    const batch = modelInputs(input, model);
    const encoded = encodeBatch(model, p, batch, {});
    const { text, features } = model;
    const both = text && features && encoded.hidden;
    return {
      ...own?.(p, encoded),
      ...Object.fromEntries(
        further.map((outputs, head) => [
          furtherOutput(head),
          Object.values(outputs(p, encoded))[0] as tf.Tensor,
        ]),
      ),
      ...(both && { text_vector: pool(encoded.hidden, batch('mask'), text.pooling) }),
    };
  });
}

function samplesOf({ manifest, tokenizer, samples, model }: Publication) {
  const inputs = readRows(manifest, tokenizer, samples);
  const lengths = inputs.tokens?.map((ids) => ids.length) ?? samples.map(() => 1);
  const pad = tokenizer?.special.pad ?? 0;
  return planBatches(lengths).map((batch) => {
    const tensors = tensorsOf(inputs, batch, pad);
    const { numbers, categories, ...text } = tensors;
    return {
      ...text,
      ...(numbers && model.features?.numbers && { numbers }),
      ...(categories && model.features?.tables.length && { categories }),
    };
  });
}
