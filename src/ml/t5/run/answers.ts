import type { BaselineInput } from '../../baselines/baseline.ts';
import { planBatches } from '../../serve/batches.ts';
import { beamSearch } from '../decode/beam.ts';
import type { Answer, Decoder } from '../decode/decoder.ts';
import { greedySearch } from '../decode/greedy.ts';
import { labelProbabilities, scoreLabels } from '../decode/score-labels.ts';
import type { TextTask } from './text-task.ts';

/** Most tokens that are read at once, and most rows that are written at once. */
const SOURCE_TOKENS = 4096;
const ROWS = 128;

export interface AnswerLimits {
  readonly maxTokens: number;
  readonly beams: number;
}

/** What a model says of texts, before anything corrects it. */
export type Said =
  | {
      /** Of a task whose answers are one of its labels: (N, labels). */
      readonly probabilities: readonly number[][];
    }
  | {
      /** Of others: the most probable text, or list of labels, of each. */
      readonly answers: readonly Answer[];
    };

/** Asks a model about the rows' texts. */
export async function ask<State>(
  decoder: Decoder<State>,
  task: TextTask,
  rows: readonly Pick<BaselineInput, 'text'>[],
  limits: AnswerLimits,
): Promise<Said> {
  const sources = rows.map(({ text = '' }) => task.source(text));
  return task.labels.length > 0
    ? { probabilities: await probabilitiesOf(decoder, task, sources) }
    : { answers: await textsOf(decoder, task, sources, limits) };
}

/** Probabilities (N, labels) of a task whose answers are one of its labels. */
export async function probabilitiesOf<State>(
  decoder: Decoder<State>,
  task: TextTask,
  sources: readonly (readonly number[])[],
): Promise<number[][]> {
  const { labels, within } = task;
  const rows: number[][] = new Array(sources.length);
  if (!within) return rows;
  await inBatches(sources, labels.length, async (batch, places) => {
    const scores = await scoreLabels(decoder, batch, within, labels.length);
    const probabilities = labelProbabilities(scores, labels.length);
    for (const [i, place] of places.entries())
      rows[place] = Array.from(probabilities.subarray(i * labels.length, (i + 1) * labels.length));
  });
  return rows;
}

async function textsOf<State>(
  decoder: Decoder<State>,
  task: TextTask,
  sources: readonly (readonly number[])[],
  { maxTokens, beams }: AnswerLimits,
): Promise<Answer[]> {
  const answers: Answer[] = new Array(sources.length);
  const limits = { maxTokens, within: task.within };
  await inBatches(sources, beams, async (batch, places) => {
    const found =
      beams === 1
        ? await greedySearch(decoder, batch, limits)
        : (await beamSearch(decoder, batch, { ...limits, width: beams })).map(([best]) => best);
    for (const [i, place] of places.entries()) answers[place] = found[i] as Answer;
  });
  return answers;
}

/** Batches of like length, small enough for `width` rows of each source. */
async function inBatches(
  sources: readonly (readonly number[])[],
  width: number,
  run: (batch: (readonly number[])[], places: readonly number[]) => Promise<void>,
): Promise<void> {
  const most = Math.max(1, Math.floor(ROWS / width));
  const lengths = sources.map((source) => source.length);
  for (const plan of planBatches(lengths, SOURCE_TOKENS))
    for (let from = 0; from < plan.length; from += most) {
      const places = plan.slice(from, from + most);
      await run(
        places.map((place) => sources[place] as readonly number[]),
        places,
      );
    }
}
