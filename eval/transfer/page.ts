import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  ALL_TOGETHER,
  arms,
  mixtures,
  PRETRAINED_TRANSFER,
  SOURCE_ONLY,
  TARGET_ONLY,
  TARGET_TWICE,
  TOGETHER,
  TRANSFER,
} from './arms.ts';
import { type Curve, drawChart } from './chart.ts';
import { isDone, loadResults, type PairResults } from './kept.ts';
import type { TransferPair } from './pair.ts';
import { SEEDS, SHOTS } from './recipe.ts';
import { loadServed, servedSection } from './served-results.ts';
import { type BarLine, intervalText, meanAt, pairBars, transferBars } from './summary.ts';

const PAGE = 'docs/transfer.md';
const NOTES = '## Notes\n';
const ARMS = [...arms, ...mixtures].map(({ name }) => name);

interface Measured extends PairResults {
  readonly about: TransferPair;
}

/** Writes docs/transfer.md and its pictures from what eval/results/transfer holds. */
export function writeTransferPage(pairs: readonly TransferPair[]): void {
  const measured = pairs.flatMap((about): Measured[] => {
    const results = loadResults(about.name);
    return results ? [{ about, ...results }] : [];
  });
  if (measured.length === 0) return;
  for (const own of measured) save(pictureOf(own.about), chartOf(own));
  const notes = existsSync(PAGE) ? notesOf(readFileSync(PAGE, 'utf8')) : '';
  save(PAGE, pageOf(measured, notes));
}

const pictureOf = ({ name }: TransferPair) => `docs/images/transfer-${name}.svg`;

function save(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** What was written by hand stays. */
function notesOf(page: string): string {
  const at = page.indexOf(NOTES);
  return at < 0 ? '' : page.slice(at);
}

function pageOf(measured: readonly Measured[], notes: string): string {
  const bars = [
    ...transferBars(measured, SHOTS),
    ...measured.flatMap(({ about, records }) => pairBars(about, records)),
  ];
  return `# Carrying a model from one domain to another

Made by \`npm run eval:transfer\` (one pair: \`npm run eval:transfer -- reviews-zh\`; two processes:
\`--part 1/2\` and \`--part 2/2\`; \`--base\` names the text-to-text model to start from). Every model that
is done is kept in \`eval/results/transfer\` and not trained again. The data is not part of the project:
\`CAMEO_DATA\` names its folder.

All ways of learning are judged on the same test rows of the target domain. *Target only* learns the
target's few labels on top of the base; *source only* learns the source's labels and is asked as it
is; *transfer* starts half-way between the base and the source model, as \`modelTrain\` does
(\`sourceShare\`), and learns the target's few; pre-trained, it has read the target domain's texts
without labels first (span corruption). *${ALL_TOGETHER}* is what
\`modelTrain\` calls an \`ensemble\`: the log-probabilities of the three are added up, those of the source
model times 10 / labels a class, so that it counts the less the more labels there are. Those of
*${TOGETHER}* count alike; *${TARGET_TWICE}* is the control
of both: two trainings, and nothing of the source.

Labels are drawn by five seeds (each pair says how many are done), which also draw the training's
chances; a figure is their mean with its 95% interval (Student's t). Models without target labels are
one each, so they have none. TF-IDF with logistic regression stands beside them on the same rows.

| bar of issue 6 | | reached | |
|---|---|---|---|
${bars.map(barRow).join('\n')}

${measured.map(sectionOf).join('\n')}
${servedSection(measured.flatMap(servedOf))}
${notes}`;
}

function servedOf({ about: { name, title } }: Measured) {
  const served = loadServed(name);
  return served ? [{ title, served }] : [];
}

function barRow({ what, bar, figure, met }: BarLine): string {
  return `| ${what} | ${bar} | ${figure} | ${met ? 'met' : '**missed**'} |`;
}

function sectionOf(own: Measured): string {
  const { about, records, rows, recipe } = own;
  const counts = Object.entries(rows).map(([side, count]) => `${side} ${count}`);
  const beat = about.toBeat?.map(({ what, figure }) => `${what} ${figure}`).join('; ');
  return `## ${about.title}
${about.source} to ${about.target}; ${about.metric}. Divided: ${about.split}. Rows${
    about.tasks.length > 1 ? ' of each task' : ''
  }: ${counts.join(', ')}. Seeds done: ${seedsOf(records)} of ${SEEDS.length}.${beat ? ` Simple methods elsewhere: ${beat}.` : ''}

![Learning curves](images/transfer-${about.name}.svg)

| | ${SHOTS.map((shots) => `${shots} labels a class`).join(' | ')} |
|---|${SHOTS.map(() => '---').join('|')}|
${ARMS.flatMap((arm) => armRow(arm, own)).join('\n')}

${sourceText(records)}

<details><summary>Recipe</summary>

\`\`\`json
${JSON.stringify(recipe)}
\`\`\`

</details>
`;
}

/** Seeds whose every number of labels has been carried over. */
function seedsOf(records: PairResults['records']): number {
  const done = (seed: number) =>
    SHOTS.every((shots) => isDone({ records }, { arm: TRANSFER, shots, seed }));
  return SEEDS.filter(done).length;
}

/** An arm without target labels has one figure for all columns; one that was not run has no row. */
function armRow(arm: string, { records }: Measured): string[] {
  const once = meanAt(records, arm, 0);
  const cells = SHOTS.map((shots) => once ?? meanAt(records, arm, shots));
  if (cells.every((own) => own === undefined)) return [];
  return [`| ${arm} | ${cells.map((own) => (own ? intervalText(own) : '')).join(' | ')} |`];
}

/** What the source domain lost. */
function sourceText(records: PairResults['records']): string {
  const of = (arm: string, shots: number) =>
    records.find((own) => own.arm === arm && own.shots === shots && own.sourceScore !== undefined)
      ?.sourceScore;
  const before = of(SOURCE_ONLY, 0);
  if (before === undefined) return '';
  const after = SHOTS.flatMap((shots) => {
    const score = of(TRANSFER, shots);
    return score === undefined ? [] : `${score.toFixed(3)} after ${shots} labels a class`;
  });
  return `On the source domain's own test rows: ${before.toFixed(3)} before transfer, ${after.join(', ')} (seed 1).`;
}

const DRAWN: readonly Omit<Curve, 'points'>[] = [
  { name: TARGET_ONLY, colour: '#7f7f7f', faint: false },
  { name: SOURCE_ONLY, colour: '#8c564b', faint: true },
  { name: TRANSFER, colour: '#1f77b4', faint: false },
  { name: PRETRAINED_TRANSFER, colour: '#2ca02c', faint: false },
  { name: TOGETHER, colour: '#9467bd', faint: true },
  { name: ALL_TOGETHER, colour: '#d62728', faint: false },
  { name: 'TF-IDF of the target', colour: '#ff7f0e', faint: true },
  { name: 'TF-IDF of both', colour: '#e377c2', faint: true },
];

function chartOf({ about, records }: Measured): string {
  const curves = DRAWN.flatMap((own) => {
    const once = meanAt(records, own.name, 0);
    const points = once ? [once] : SHOTS.flatMap((shots) => meanAt(records, own.name, shots) ?? []);
    return points.length > 0 && (once || points.length === SHOTS.length)
      ? [{ ...own, points }]
      : [];
  });
  const { title, metric, bar } = about;
  return drawChart({ title, metric, shots: SHOTS, curves, ...(bar && { bar }) });
}
