import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadJson, saveJson } from './json-file.ts';
import type { Judged } from './judge.ts';
import type { EvalSet } from './set.ts';

const RESULTS = 'eval/results';
const PAGE = 'docs/evaluation.md';

/** The outcome of one set, as it is kept in eval/results. */
export interface Outcome {
  readonly set: string;
  readonly metric: string;
  readonly bar: number;
  readonly split: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** SHA-256 of the rows and their sides, by draw. */
  readonly dataHash: readonly string[];
  /** The candidate chosen by validation rows: its test figure is the set's. */
  readonly chosen: string;
  readonly measured: string;
  readonly judged: readonly Judged[];
}

/** Keeps an outcome. */
export function saveOutcome(outcome: Outcome): void {
  saveJson(join(RESULTS, `${outcome.set}.json`), outcome);
}

/** Writes docs/evaluation.md from what eval/results holds, in the sets' order. */
export function writePage(sets: readonly EvalSet[]): void {
  const outcomes = sets.flatMap(({ name, title }) => {
    const outcome = loadJson<Outcome>(join(RESULTS, `${name}.json`));
    return outcome ? { title, ...outcome } : [];
  });
  const notes = existsSync(PAGE) ? notesOf(readFileSync(PAGE, 'utf8')) : '';
  writeFileSync(PAGE, pageOf(outcomes, notes));
}

const NOTES = '## Notes\n';

/** What was written by hand stays. */
function notesOf(page: string): string {
  const at = page.indexOf(NOTES);
  return at < 0 ? '' : page.slice(at);
}

function pageOf(outcomes: readonly (Outcome & { title: string })[], notes: string): string {
  return `# Evaluation

Made by \`npm run eval\`; one set with \`npm run eval -- banking77-full\`, the simple models alone with
\`npm run eval -- --baselines\`. The figure is the test's of the model chosen by validation rows:
the first of stack, simple models, others that is behind the best by no more than one standard error of
the difference (docs/models.md). Simple models are trained again on all rows but the test's before they
meet those; fine-tuned ones keep the weights that did best on validation, and their predictions are kept in
\`.cameo/eval\`, so that they are not trained twice. All metrics of every run are in \`eval/results\`. The
data is not part of the project: \`CAMEO_DATA\` names its folder.

| set | metric | bar | figure | | by | best simple model |
|---|---|---|---|---|---|---|
${outcomes.map(rowOf).join('\n')}

## How each set was divided, and what each model reached
${outcomes.map(sectionOf).join('\n')}
${notes}`;
}

function rowOf({ title, metric, bar, chosen, judged }: Outcome & { title: string }): string {
  const figure = judged.find(({ candidate }) => candidate === chosen)?.test ?? 0;
  const simple = judged
    .filter(({ baseline }) => baseline)
    .sort((a, b) => b.validation - a.validation)[0];
  const met = figure >= bar ? 'met' : '**missed**';
  return `| ${title} | ${metric} | ${bar} | ${figure.toFixed(4)} | ${met} | ${chosen} | ${simple?.test.toFixed(4)} (${simple?.candidate}) |`;
}

function sectionOf({ title, metric, split, rows, judged }: Outcome & { title: string }): string {
  return `
### ${title}
${split}; ${rows.train} / ${rows.validation} / ${rows.test} rows.

| model | ${metric}, validation | test | seconds |
|---|---|---|---|
${judged.map((own) => `| ${own.candidate} | ${own.validation.toFixed(4)} | ${own.test.toFixed(4)} | ${own.seconds.toFixed(0)} |`).join('\n')}`;
}
