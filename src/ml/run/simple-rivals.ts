import { fitTagger } from '../baselines/tagger.ts';
import { nearestByTokens } from '../baselines/token-vectors.ts';
import { splitWords } from '../text/words.ts';
import { halvesOf } from './halves.ts';
import { judge } from './judge.ts';
import type { Metrics } from './messages.ts';
import type { Prepared } from './prepare.ts';
import { recallBy } from './recall.ts';
import type { TrainingRow } from './spec.ts';

/** Metrics on the test rows of the simple models of kinds that `fitBaselines` has none for. */
export function measureSimple(prepared: Prepared): Record<string, Metrics> {
  const { kind } = prepared.spec.task;
  if (kind === 'SEQUENCE') return { 'majority-tags': measureTagger(prepared) };
  if (kind === 'EMBED') return { 'tfidf-cosine': measureTokens(prepared) };
  return {};
}

function measureTagger({ spec, data, split }: Prepared): Metrics {
  const rowsAt = (places: readonly number[]) =>
    places.map((place) => data.rows[place] as TrainingRow);
  const texts = rowsAt([...split.train, ...split.validation]).map((row) => ({
    words: wordsOf(row),
    tags: row.label as string[],
  }));
  const tag = fitTagger(texts);
  const tags = rowsAt(split.test).map((row) => tag(wordsOf(row)));
  return judge(spec.task, { kind: 'SEQUENCE', tags }, data, split.test);
}

const wordsOf = ({ text = '' }: TrainingRow): string[] =>
  splitWords(text).map(({ start, end }) => text.slice(start, end));

/** Of the same texts, or halves of texts, as the model. */
function measureTokens({ data, split }: Prepared): Metrics {
  const unlabelled = data.rows.every(({ label }) => label === null);
  const judged = unlabelled ? halvesOf(data, split.test) : data;
  const places = unlabelled ? judged.rows.map((_, place) => place) : split.test;
  const idsOf = (from: typeof data, at: readonly number[]) =>
    at.map((place) => from.inputs.text?.ids[place] ?? new Int32Array(0));
  const nearest = nearestByTokens(idsOf(data, split.train), idsOf(judged, places));
  const topics = places.map((place) => judged.truths[place] as number);
  return { rows: places.length, recallAt1: recallBy(topics, nearest) };
}
