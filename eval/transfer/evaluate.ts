import { sourceWeight } from '../../src/ml/t5/run/members.ts';
import { type Arm, arms, mixtures, type Scorer, SOURCE_ONLY } from './arms.ts';
import { judgeScores, type MixedPart, mixed, type TaskScores } from './judge.ts';
import { type Draw, isDone, type PairResults, type TransferRecord } from './kept.ts';
import { keptScores, type Said } from './kept-scores.ts';
import { SEEDS, SHOTS } from './recipe.ts';
import type { Stages } from './stages.ts';

interface Unit {
  readonly arm: Arm;
  readonly shots: number;
  readonly seed: number;
}

/** Not all of the evaluation: for a trial, or to choose a recipe. */
export interface Limits {
  readonly shots?: readonly number[];
  readonly seeds?: readonly number[];
  readonly arms?: readonly string[];
}

/** Every model that is not in `results` yet, one after the other; `save` has all so far. */
export async function evaluatePair(
  stages: Stages,
  results: PairResults,
  save: (results: PairResults) => void,
  limits: Limits = {},
): Promise<void> {
  let known = results;
  const units = unitsOf(limits.shots ?? SHOTS, limits.seeds ?? SEEDS).filter(
    ({ arm }) => limits.arms?.includes(arm.name) ?? true,
  );
  const open = units.filter((unit) => !isDone(known, { ...unit, arm: unit.arm.name }));
  const start = performance.now();
  const tell = (record: TransferRecord, done: number) => {
    known = { ...known, records: [...known.records, record] };
    save(known);
    const seconds = (performance.now() - start) / 1000;
    const left = (seconds / Math.max(1, done)) * (open.length - done);
    stages.log(lineOf(stages, record, done, open.length, left));
  };
  const mix = async (done: number) => {
    for (const draw of openMixtures(known)) tell(await mixtureOf(stages, draw), done);
  };
  await mix(0);
  for (const [done, unit] of open.entries()) {
    tell(await recordOf(stages, unit), done + 1);
    await mix(done + 1);
  }
}

/** Seed by seed, so that an evaluation that is stopped has all arms with fewer seeds. */
function unitsOf(shots: readonly number[], seeds: readonly number[]): Unit[] {
  const once = arms.filter(({ learns }) => !learns).map((arm) => ({ arm, shots: 0, seed: 1 }));
  const learning = arms.filter(({ learns }) => learns);
  const drawn = seeds.flatMap((seed) =>
    learning.flatMap((arm) => shots.map((own) => ({ arm, shots: own, seed }))),
  );
  return [...once, ...drawn];
}

/** Mixtures that are not done, but all of whose parts are. */
function openMixtures(known: PairResults): Draw[] {
  return mixtures.flatMap(({ name, of }) =>
    known.records
      .filter(({ arm }) => arm === of.at(-1))
      .map(({ shots, seed }) => ({ arm: name, shots, seed }))
      .filter((draw) => !isDone(known, draw))
      .filter((draw) => of.every((part) => isDone(known, partOf(part, draw)))),
  );
}

const armOf = (name: string): Arm | undefined => arms.find((own) => own.name === name);

/** A model without target labels is one and the same for all draws. */
function partOf(name: string, { shots, seed }: Draw): Draw {
  return armOf(name)?.learns ? { arm: name, shots, seed } : { arm: name, shots: 0, seed: 1 };
}

async function mixtureOf(stages: Stages, draw: Draw): Promise<TransferRecord> {
  const parts: MixedPart[] = [];
  for (const name of mixtures.find((own) => own.name === draw.arm)?.of ?? []) {
    const { shots, seed } = partOf(name, draw);
    const { scores } = await saidOf(stages, { arm: armOf(name) as Arm, shots, seed });
    parts.push({ scores, weight: name === SOURCE_ONLY ? sourceWeight(draw.shots) : 1 });
  }
  return { ...draw, ...judged(stages, mixed(parts)), seconds: 0 };
}

async function recordOf(stages: Stages, unit: Unit): Promise<TransferRecord> {
  const { arm, shots, seed } = unit;
  const { scores, ...said } = await saidOf(stages, unit);
  return { arm: arm.name, shots, seed, ...judged(stages, scores), ...said };
}

/** What a model says of the test rows; it is made where that is not known. */
function saidOf(stages: Stages, { arm, shots, seed }: Unit): Promise<Said> {
  return keptScores(stages, arm, { shots, seed }, async () => {
    const start = performance.now();
    const scorer = await arm.make(stages, shots, seed);
    const scores = await scorer('target', stages.data.target.test);
    const sourceScore = await sourceScoreOf(stages, arm, seed, scorer);
    return { scores, ...sourceScore, seconds: (performance.now() - start) / 1000 };
  });
}

function judged({ pair, data }: Stages, scores: TaskScores) {
  return judgeScores(pair, data.target.test, scores);
}

/** What is left of the source domain, by the first seed's T5s alone. */
async function sourceScoreOf({ pair, data }: Stages, arm: Arm, seed: number, scorer: Scorer) {
  if (arm.simple || seed !== 1) return {};
  const scores = await scorer('source', data.source.test);
  return { sourceScore: judgeScores(pair, data.source.test, scores).score };
}

function lineOf(
  { pair }: Stages,
  { arm, shots, seed, score, sourceScore, seconds }: TransferRecord,
  done: number,
  all: number,
  left: number,
): string {
  const where = shots > 0 ? `, ${shots} labels a class, seed ${seed}` : '';
  const source = sourceScore === undefined ? '' : `, source ${sourceScore.toFixed(3)}`;
  const time = `${seconds.toFixed(1)} s; ${done}/${all}, about ${Math.ceil(left / 60)} min left`;
  return `${pair.name}: ${arm}${where}: ${score.toFixed(3)}${source} (${time})`;
}
