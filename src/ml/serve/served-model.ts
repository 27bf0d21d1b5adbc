import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBaseline } from '../baselines/in-folder.ts';
import { MlError } from '../errors.ts';
import { type OnnxSession, openSession, type SessionOptions } from '../onnx/session.ts';
import { loadTokenizer } from '../tokenizer/load.ts';
import { type Computed, compute, computeAll } from './compute.ts';
import { explain } from './explain/explain.ts';
import { explainHead } from './explain/heads.ts';
import { readRows, type ServedRow } from './inputs.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { furtherOutput, type Outcome, outcomeOf, outputOf } from './outcome.ts';
import type { ServedParts } from './parts.ts';
import type { Prediction, ServedModel } from './served.ts';
import { tagRows } from './tag-rows.ts';

/**
 * A version whose `model.onnx` answers.
 * @throws MlError that says which of the folder's files is missing or damaged
 */
export async function openServedModel(
  folder: string,
  options: SessionOptions,
): Promise<ServedModel> {
  const manifest = await readManifest(folder);
  const tokenizer = manifest.maxLength ? await loadTokenizer(folder) : undefined;
  const graphs = createGraphs(folder, options);
  const session = await graphs.open(modelFile(folder, options));
  const baseline = manifest.stack && (await readBaseline(folder));
  const parts: ServedParts = {
    ...{ folder, manifest, tokenizer, session, baseline },
    graph: async (file) => (existsSync(join(folder, file)) ? graphs.open(file) : undefined),
  };
  return {
    manifest,
    get bytes() {
      return graphs.bytes;
    },
    embed: (texts) => embed(parts, texts),
    predict: (rows, reasons) =>
      manifest.task.kind === 'SEQUENCE' ? tagRows(parts, rows) : predict(parts, rows, reasons),
    async close() {
      baseline?.dispose();
      await graphs.close();
    },
  };
}

/** Eight bits where they proved good enough; graphics processors are faster in full precision. */
function modelFile(folder: string, { providers = ['cpu'] }: SessionOptions): string {
  const small = 'model.int8.onnx';
  return providers[0] === 'cpu' && existsSync(join(folder, small)) ? small : 'model.onnx';
}

/** Sessions of a folder's graphs, each opened once. */
function createGraphs(folder: string, options: SessionOptions) {
  const sessions = new Map<string, Promise<OnnxSession>>();
  let bytes = 0;
  const open = async (file: string): Promise<OnnxSession> => {
    const path = join(folder, file);
    const { size } = await stat(path).catch((cause: Error) => {
      throw new MlError('BAD_FILE', `Cannot read the model ${path}: ${cause.message}`, { cause });
    });
    const session = await openSession(path, options);
    bytes += size;
    return session;
  };
  return {
    get bytes() {
      return bytes;
    },
    open(file: string): Promise<OnnxSession> {
      const session = sessions.get(file) ?? open(file);
      sessions.set(file, session);
      return session;
    },
    async close() {
      for (const session of await Promise.allSettled(sessions.values()))
        if (session.status === 'fulfilled') await session.value.close();
      sessions.clear();
    },
  };
}

async function embed(
  { manifest, tokenizer, session, folder }: ServedParts,
  texts: readonly string[],
): Promise<Float32Array> {
  const { maxLength, dimensions } = manifest;
  if (!tokenizer || !maxLength || !dimensions || !session.outputNames.includes('vector'))
    throw new MlError('BAD_INPUT', `The model in ${folder} gives no vectors of texts.`);
  const tokens = tokenizer.encodeBatch(texts, { maxLength });
  const inputs = { size: texts.length, tokens, features: undefined };
  const { data, width } = await compute(session, inputs, tokenizer.special.pad, 'vector');
  if (texts.length > 0 && width !== dimensions)
    throw new MlError('BAD_FILE', `${folder}: vectors of ${width} numbers, not ${dimensions}.`);
  return data;
}

async function predict(
  parts: ServedParts,
  rows: readonly ServedRow[],
  reasons: number,
): Promise<Prediction[]> {
  const { manifest, tokenizer, session } = parts;
  const inputs = readRows(manifest, tokenizer, rows);
  const pad = tokenizer?.special.pad ?? 0;
  const { heads = [] } = manifest;
  const names = [outputOf(manifest), ...heads.map((_, head) => furtherOutput(head))];
  const [own, ...further] = await computeAll(session, inputs, pad, names);
  const beside = parts.baseline?.predict(rows);
  // Of the tasks only its own is ever stacked: the others leave the baseline out.
  const outcomesOf = (model: Manifest, { data, width }: Computed) =>
    rows.map(({ id }, at) => {
      const scores = data.subarray(at * width, (at + 1) * width);
      if (!scores.every(Number.isFinite))
        throw new MlError('BAD_FILE', `The model in ${parts.folder} gives NaN for row ${id}.`);
      return outcomeOf(model, scores, beside?.[at]);
    });
  const outcomes = outcomesOf(manifest, own as Computed);
  const why = reasons > 0 ? await explain(parts, inputs, rows, outcomes, reasons) : [];
  const said: Prediction[][] = [];
  for (const [i, head] of heads.entries()) {
    const answers = outcomesOf(head, further[i] as Computed);
    const because = reasons > 0 ? await explainHead(parts, inputs, i, answers, reasons) : [];
    said.push(
      answers.map((answer, at) => ({ ...told(answer, because[at]), task: head.task.name })),
    );
  }
  return outcomes.map((outcome, at) => ({
    ...told(outcome, why[at]),
    ...(heads.length > 0 && { further: said.map((answers) => answers[at] as Prediction) }),
  }));
}

function told(
  { direction: _, ...outcome }: Outcome,
  reasons: Prediction['reasons'] = [],
): Prediction {
  return { ...outcome, reasons };
}
