import { readConfig } from '../src/config.ts';
import { tableBaseline } from '../src/ml/baselines/table-baseline.ts';
import { exportBert } from '../src/ml/bert/export.ts';
import { encodeModel } from '../src/ml/onnx/encode.ts';
import { optimiseGraph } from '../src/ml/onnx/optimise.ts';
import { openSession } from '../src/ml/onnx/session.ts';
import { loadBase } from '../src/ml/run/base.ts';
import type { FeatureColumn, TrainingRow } from '../src/ml/run/spec.ts';
import { compute } from '../src/ml/serve/compute.ts';
import { candidateOf, hasText } from './baselines.ts';
import type { Candidate } from './candidates.ts';
import type { EvalData } from './set.ts';
import { BASE, hasBase } from './shipped.ts';

const MAX_LENGTH = 96;

/** Few enough that a linear model of the vectors is a matter of seconds. */
const MOST_ROWS = 2_000;

const isSmall = ({ draws }: EvalData) => (draws[0]?.train.length ?? 0) <= MOST_ROWS;

/** The base encoder as it ships, nothing of it trained: its vectors are read by a linear model. */
export const frozenEncoder: Candidate = {
  name: 'vectors of the base encoder, linear',
  baseline: false,
  suits: (data) => hasText(data) && isSmall(data) && hasBase(),
  async predict(data, { train, validation, test }) {
    const rows = [...train, ...validation, ...test];
    const vectors = await embed(rows.map(({ text = '' }) => text));
    const width = vectors[0]?.length ?? 0;
    const features = Array.from(
      { length: width },
      (_, i): FeatureColumn => ({ name: `v${i}`, kind: 'number' }),
    );
    const shown = (own: readonly TrainingRow[], from: number) =>
      own.map((row, i) => ({ ...row, features: vectors[from + i] ?? [] }));
    return onVectors.predict(
      { ...data, task: { ...data.task, features } },
      {
        train: shown(train, 0),
        validation: shown(validation, train.length),
        test: shown(test, train.length + validation.length),
      },
    );
  },
};

const onVectors = candidateOf('linear', tableBaseline, () => true);

/** The mean vector of each text. */
async function embed(texts: readonly string[]): Promise<number[][]> {
  const { config, encoder, tokenizer } = await loadBase(BASE);
  const graph = optimiseGraph(exportBert(config, encoder, 'mean'));
  const session = await openSession(encodeModel(graph), readConfig().ml);
  try {
    const tokens = tokenizer.encodeBatch(texts, { maxLength: MAX_LENGTH });
    const inputs = { size: texts.length, tokens, features: undefined };
    const { data, width } = await compute(session, inputs, config.pad_token_id, 'pooled');
    return texts.map((_, i) => Array.from(data.subarray(i * width, (i + 1) * width)));
  } finally {
    await session.close();
  }
}
