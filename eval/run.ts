// npm run eval [-- --baselines] [-- name ...]: trains and judges models on the sets of issue 5's
// table and writes docs/evaluation.md and eval/results. Sets whose data is missing are skipped.
import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import { dataHash } from '../src/ml/split/data-hash.ts';
import { judge } from './judge.ts';
import { candidates } from './models.ts';
import { openData } from './open-data.ts';
import { saveOutcome, writePage } from './page.ts';
import type { EvalRows, EvalSet } from './set.ts';
import { evalSets } from './sets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { baselines: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !evalSets.some((set) => set.name === name));
if (unknown.length > 0)
  throw new Error(
    `There is no set ${unknown.join(', ')}. Choose from: ${evalSets.map(({ name }) => name).join(', ')}`,
  );

const { dataFolder } = readConfig();
for (const set of evalSets)
  if (positionals.length === 0 || positionals.includes(set.name)) await run(set);

async function run(set: EvalSet): Promise<void> {
  const data = openData(set, dataFolder);
  if (!data) return;
  console.log(`${set.title}: ${set.metric}, bar ${set.bar}`);
  const chosenFrom = candidates.filter(({ baseline }) => baseline || !values.baselines);
  const { judged, chosen } = await judge(set, data, chosenFrom, console.log);
  console.log(`  ${chosen.candidate}: ${chosen.test.toFixed(4)}, bar ${set.bar}\n`);
  const [first] = data.draws as [EvalRows];
  saveOutcome({
    set: set.name,
    metric: set.metric,
    bar: set.bar,
    split: set.split,
    rows: {
      train: first.train.length,
      validation: first.validation.length,
      test: first.test.length,
    },
    dataHash: data.draws.map(hashOf),
    chosen: chosen.candidate,
    measured: new Date().toISOString().slice(0, 10),
    judged,
  });
  writePage(evalSets);
}

function hashOf({ train, validation, test }: EvalRows): string {
  const places = (rows: readonly unknown[], from: number) => rows.map((_, i) => from + i);
  return dataHash([...train, ...validation, ...test], {
    train: places(train, 0),
    validation: places(validation, train.length),
    test: places(test, train.length + validation.length),
  });
}
