import { join } from 'node:path';
import { loadJson, saveJson } from '../json-file.ts';
import { intervalOf } from './interval.ts';
import { RESULTS } from './kept.ts';
import { intervalText } from './summary.ts';

/** One version as `modelTrain` makes it, judged by what decides on the rows that its run held back. */
export interface ServedRecord {
  readonly shots: number;
  readonly seed: number;
  /** As it serves: the ensemble, stacked where that is no worse. */
  readonly version: number;
  /** The ensemble alone. */
  readonly alone: number;
  /** Linear models: of the target's labels, and of the source's too. */
  readonly linear: number;
  readonly both: number;
  readonly won: boolean;
  readonly seconds: number;
}

/** What versions of a pair are worth. */
export interface ServedResults {
  readonly pair: string;
  /** Hash of base, rows and recipe. */
  readonly key: string;
  readonly decidedBy: string;
  readonly measured: string;
  readonly records: readonly ServedRecord[];
}

/** What is made where nothing else is asked for. */
export const SERVED = { shots: [5, 20, 100], seeds: [1, 2, 3] } as const;

const pathOf = (pair: string, folder: string) => join(folder, `served-${pair}.json`);

export function loadServed(pair: string, folder = RESULTS): ServedResults | undefined {
  return loadJson<ServedResults>(pathOf(pair, folder));
}

export function saveServed(results: ServedResults, folder = RESULTS): void {
  saveJson(pathOf(results.pair, folder), results);
}

/** The page's section; empty where nothing was made. */
export function servedSection(
  pairs: readonly { readonly title: string; readonly served: ServedResults }[],
): string {
  if (pairs.length === 0) return '';
  const rows = pairs.flatMap(({ title, served }) =>
    SERVED.shots.flatMap((shots) => servedRow(title, served, shots)),
  );
  return `## As a version serves it
\`npm run eval:transfer -- --served\`: what \`modelTrain\` makes \`from\` a version of the source domain with
\`ensemble\` and, as always, a stack: the linear models (TF-IDF with logistic regression) of the target's labels,
or of both domains' where these are better on validation rows, are mixed in by weights that validation
rows say. Rows are split 6:2:2 as the product does, so figures are not those of the tables above. What
validates is a fifth of all rows with labels: many more than the few that are learnt from. *Won* counts the
versions that did better than all that stood beside them and would have been promoted.

| | labels a class | version | its T5s alone | TF-IDF of the target | TF-IDF of both | won |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function servedRow(title: string, { decidedBy, records }: ServedResults, shots: number): string[] {
  const own = records.filter((record) => record.shots === shots);
  if (own.length === 0) return [];
  const cells = (['version', 'alone', 'linear', 'both'] as const).map((name) =>
    intervalText(intervalOf(own.map((record) => record[name]))),
  );
  const won = `${own.filter((record) => record.won).length} of ${own.length}`;
  return [`| ${title} (${decidedBy}) | ${shots} | ${cells.join(' | ')} | ${won} |`];
}
