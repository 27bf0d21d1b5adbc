// npm run eval:transfer [-- --base models/base-t5] [--part 1/2] [--page] [--served] [pair ...]: carries
// text-to-text models from one domain to another and writes eval/results/transfer, docs/transfer.md
// and its pictures. Stopped and started again, it goes on after the last model that it judged.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../../src/config.ts';
import { loadT5Base } from '../../src/ml/t5/run/base.ts';
import { hashOf } from '../kept-once.ts';
import { openData } from '../open-data.ts';
import { evaluatePair } from './evaluate.ts';
import { loadResults, type PairResults, RESULTS, saveResults } from './kept.ts';
import { writeTransferPage } from './page.ts';
import type { PairData, TransferPair } from './pair.ts';
import { transferPairs } from './pairs.ts';
import { changed, type Recipe, recipeOf } from './recipe.ts';
import { evaluateServed } from './served.ts';
import { SERVED } from './served-results.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    base: { type: 'string', default: 'models/base-t5' },
    /** Two processes share the pairs: 1/2 and 2/2. */
    part: { type: 'string', default: '1/1' },
    threads: { type: 'string', default: '1' },
    shots: { type: 'string' },
    seeds: { type: 'string' },
    /** Where results go; other than the usual place for a trial. */
    results: { type: 'string', default: RESULTS },
    /** Judges on the validation rows instead, to choose a recipe; prints the figures alone. */
    validation: { type: 'boolean', default: false },
    /** JSON of what to do differently: {"transfer":{"by":{"20":{"steps":80}}},"replay":0.2}. */
    recipe: { type: 'string', default: '{}' },
    arms: { type: 'string' },
    /** Makes versions as the product serves them instead, of pairs with one task. */
    served: { type: 'boolean', default: false },
    /** Writes the page from the results that there are, and nothing else. */
    page: { type: 'boolean', default: false },
  },
});
const { dataFolder, home } = readConfig();

if (!values.page) {
  await (values.served ? serveAll() : runAll());
}
if (values.results === RESULTS && !values.validation) writeTransferPage(transferPairs);

function chosenPairs(): TransferPair[] {
  const names = transferPairs.map(({ name }) => name);
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no pair ${unknown.join(', ')}. Choose from: ${names.join(', ')}`);
  const [part = 1, parts = 1] = values.part.split('/').map(Number);
  return transferPairs
    .filter(({ name }) => positionals.length === 0 || positionals.includes(name))
    .filter((_, i) => i % parts === part - 1);
}

async function runAll(): Promise<void> {
  const base = await loadT5Base(resolve(values.base));
  const workshop = openWorkshop(base, Number(values.threads));
  for (const pair of chosenPairs()) await run(workshop, pair);
  await workshop.close();
}

async function serveAll(): Promise<void> {
  for (const pair of chosenPairs())
    if (pair.tasks.length === 1) await serve(pair);
    else console.log(`${pair.name}: skipped, versions are served of pairs with one task alone`);
}

async function serve(pair: TransferPair): Promise<void> {
  const data = openData(pair, dataFolder);
  if (!data) return;
  const recipe = recipeFor(pair);
  const base = resolve(values.base);
  const weights = readFileSync(join(base, 'model.safetensors'));
  const job = { pair, data, recipe, base, folder: join(home, 'transfer') };
  await evaluateServed(
    { ...job, threads: Number(values.threads), key: shortHash([weights, data, recipe]) },
    values.results,
    { ...SERVED, ...limits() },
    console.log,
  );
}

function recipeFor({ name }: TransferPair): Recipe {
  return changed(recipeOf(name), JSON.parse(values.recipe));
}

/** What of the evaluation is asked for. */
function limits() {
  return {
    ...(values.shots && { shots: values.shots.split(',').map(Number) }),
    ...(values.seeds && { seeds: values.seeds.split(',').map(Number) }),
  };
}

async function run(workshop: Workshop, pair: TransferPair): Promise<void> {
  const data = openData(pair, dataFolder);
  if (!data) return;
  const recipe = recipeFor(pair);
  const weights = readFileSync(join(workshop.base.folder, 'model.safetensors'));
  const key = shortHash([weights, data]);
  const { target } = data;
  const judged = values.validation
    ? { ...data, target: { ...target, test: target.validation } }
    : data;
  await evaluatePair(
    {
      ...{ workshop, pair, recipe, key, data: judged },
      ...{ folder: join(home, 'transfer'), log: console.log },
    },
    resultsBefore(pair, shortHash([key, recipe]), data, recipe),
    (results) => values.validation || saveResults(results, values.results),
    { ...limits(), ...(values.arms && { arms: values.arms.split(';') }) },
  );
}

/** What is known of the pair with this base, these rows and this recipe. */
function resultsBefore(
  pair: TransferPair,
  key: string,
  data: PairData,
  recipe: Recipe,
): PairResults {
  const before = values.validation ? undefined : loadResults(pair.name, values.results);
  if (before?.key === key) return before;
  if (before)
    console.log(`${pair.name}: another base, recipe or rows than last time; starting anew`);
  return {
    ...{ pair: pair.name, key, base: values.base, rows: countsOf(data), recipe },
    ...{ measured: new Date().toISOString().slice(0, 10), records: [] },
  };
}

function shortHash(parts: readonly unknown[]): string {
  return hashOf(parts).slice(0, 16);
}

function countsOf({ source, target }: PairData): PairResults['rows'] {
  const count = (rows: PairData['unlabelled'] | readonly unknown[] | undefined) =>
    rows?.length ?? 0;
  return {
    source: count(source.train[0]),
    'source test': count(source.test[0]),
    pool: count(target.pool[0]),
    validation: count(target.validation[0]),
    test: count(target.test[0]),
  };
}
