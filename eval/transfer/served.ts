import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createContext } from '../../src/ml/run/context.ts';
import type { Metrics, RunResult } from '../../src/ml/run/messages.ts';
import type { TrainingRow, TrainingSpec } from '../../src/ml/run/spec.ts';
import { LEAST_ROWS } from '../../src/ml/split/sufficiency.ts';
import { runGenerate } from '../../src/ml/t5/run/generate.ts';
import { parseT5Hyperparameters } from '../../src/ml/t5/run/hyperparameters.ts';
import type { PairData, PairTask, TransferPair } from './pair.ts';
import { type Recipe, type Stage, stageAt } from './recipe.ts';
import { loadServed, type ServedRecord, saveServed } from './served-results.ts';

/** What versions are made from. */
interface ServedJob {
  readonly pair: TransferPair;
  readonly data: PairData;
  readonly recipe: Recipe;
  /** The folder of the base. */
  readonly base: string;
  /** Where versions go. */
  readonly folder: string;
  readonly threads: number;
  /** Hash of base, rows and recipe. */
  readonly key: string;
}

/** Every version that the results do not hold yet, seed by seed. */
export async function evaluateServed(
  job: ServedJob,
  results: string,
  { shots, seeds }: { readonly shots: readonly number[]; readonly seeds: readonly number[] },
  log: (line: string) => void,
): Promise<void> {
  const { pair, key } = job;
  const before = loadServed(pair.name, results);
  let records = before?.key === key ? before.records : [];
  const isKnown = (own: Draw) =>
    records.some((known) => known.shots === own.shots && known.seed === own.seed);
  const open = seeds.flatMap((seed) => shots.map((own) => ({ shots: own, seed })));
  for (const draw of open.filter((own) => !isKnown(own))) {
    const { decidedBy, ...record } = await makeServed(job, draw);
    records = [...records, record];
    const measured = new Date().toISOString().slice(0, 10);
    saveServed({ pair: pair.name, key, decidedBy, measured, records }, results);
    log(lineOf(pair, record));
  }
}

function lineOf({ name }: TransferPair, own: ServedRecord): string {
  const { version, alone, linear, both } = own;
  const figures = { version, alone, linear, both };
  const told = Object.entries(figures).map(([of, worth]) => `${of} ${worth.toFixed(3)}`);
  const where = `${name}, as served, ${own.shots} labels a class, seed ${own.seed}`;
  return `${where}: ${told.join(', ')} (${own.seconds.toFixed(0)} s)`;
}

type Draw = Pick<ServedRecord, 'shots' | 'seed'>;

const SOURCE_SEED = 1;
const SPLIT = 'group';

/** Transfers the pair's task as the product does: the source's version, then one from it. */
async function makeServed(
  job: ServedJob,
  { shots, seed }: Draw,
): Promise<ServedRecord & Pick<RunResult, 'decidedBy'>> {
  const start = performance.now();
  const { pair, data, recipe, base } = job;
  const spec = specOf(job, stageAt(recipe.transfer, shots), {
    ...{ base: await sourceVersion(job), root: base, seed, shots },
    ...{ rows: shots * taskOf(pair).labels.length, maxLength: pair.lengths.target },
    replay: { rows: 'source.jsonl', share: 0, split: SPLIT, seed: SOURCE_SEED },
  });
  const { pool, validation, test } = data.target;
  const rows = [pool, validation, test].flatMap(([own = []]) => own);
  const { metrics, baselines, decidedBy, winner } = await runGenerate(
    ...[contextOf(job), spec, rows, async () => [...sourceRows(data)], targetFolder(job)],
  );
  const worth = (own: unknown) => Number((own as Metrics)[decidedBy]);
  return {
    ...{ shots, seed, decidedBy, version: worth(metrics), alone: worth(metrics.alone ?? metrics) },
    ...{ linear: worth(baselines['tfidf-linear']), both: worth(baselines['tfidf-linear-both']) },
    ...{ won: winner === 'model', seconds: (performance.now() - start) / 1000 },
  };
}

/** The source's version, trained once. */
async function sourceVersion(job: ServedJob): Promise<string> {
  const { pair, data, recipe, base } = job;
  const rows = sourceRows(data);
  const folder = join(job.folder, `${pair.name}-version-${job.key}`);
  if (existsSync(folder)) return folder;
  const counts = taskOf(pair).labels.map(
    (label) => rows.filter((row) => row.label === label).length,
  );
  const rarest = Math.min(...counts);
  const spec = specOf(job, recipe.source, {
    ...{ base, seed: SOURCE_SEED, rows: Math.round(0.6 * rows.length) },
    maxLength: pair.lengths.source,
    ...(rarest < LEAST_ROWS && { shots: rarest }),
  });
  await runGenerate(contextOf(job), spec, rows, async () => [], folder);
  return folder;
}

/** The one task of a pair that is served. */
const taskOf = ({ tasks }: TransferPair) => tasks[0] as PairTask;

const sourceRows = ({ source }: PairData): readonly TrainingRow[] => source.train[0] ?? [];

const targetFolder = ({ folder, pair }: ServedJob) => join(folder, `${pair.name}-served`);

function contextOf({ threads }: ServedJob) {
  return createContext({ engine: 'onnx', threads, elapsed: () => 0, report: () => {} });
}

interface Asked {
  readonly base: string;
  readonly root?: string;
  readonly seed: number;
  readonly shots?: number;
  /** That are learnt from: as many steps as the recipe has, in passes over them. */
  readonly rows: number;
  readonly maxLength: number;
  readonly replay?: object;
}

function specOf(
  { pair, threads }: ServedJob,
  { steps, settings }: Stage,
  { base, root, seed, shots, rows, maxLength, replay }: Asked,
): TrainingSpec {
  const { name, labels } = taskOf(pair);
  const { batchSize } = parseT5Hyperparameters(settings);
  return {
    task: { kind: 'GENERATE', name, labels: [...labels] },
    ...{ base, seed, threads, text: 'EVENTS', features: [], backend: 'onnx' },
    ...(root && { root }),
    ...(shots && { shots }),
    hyperparameters: {
      ...{ ...settings, split: SPLIT, maxLength },
      ...{ language: pair.language, epochs: (steps * batchSize) / rows },
      ...(replay && { replay, ensemble: true }),
    },
  };
}
