import { type Arm, arms, mixtures, type Scorer } from './arms.ts';
import { judgeScores, mixed, type TaskScores } from './judge.ts';
import { isDone, isSame, type PairResults, type TransferRecord } from './kept.ts';
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
  const asked: Asked = new Map();
  for (const [done, unit] of open.entries()) {
    const records = await recordsOf(stages, unit, asked);
    const others = known.records.filter((own) => !records.some((record) => isSame(own, record)));
    known = { ...known, records: [...others, ...records] };
    save(known);
    const seconds = (performance.now() - start) / 1000;
    const left = (seconds / (done + 1)) * (open.length - done - 1);
    for (const record of records) stages.log(lineOf(stages, record, done + 1, open.length, left));
  }
}

/** What the arms have said of the test rows, by draw: mixtures ask for it again. */
type Asked = Map<string, TaskScores>;

/** Seed by seed, so that an evaluation that is stopped has all arms with fewer seeds. */
function unitsOf(shots: readonly number[], seeds: readonly number[]): Unit[] {
  const once = arms.filter(({ learns }) => !learns).map((arm) => ({ arm, shots: 0, seed: 1 }));
  const learning = arms.filter(({ learns }) => learns);
  const drawn = seeds.flatMap((seed) =>
    learning.flatMap((arm) => shots.map((own) => ({ arm, shots: own, seed }))),
  );
  return [...once, ...drawn];
}

async function recordsOf(stages: Stages, unit: Unit, asked: Asked): Promise<TransferRecord[]> {
  const { arm, shots, seed } = unit;
  const start = performance.now();
  const scorer = await arm.make(stages, shots, seed);
  const scores = await scorer('target', stages.data.target.test);
  asked.set(drawOf(unit), scores);
  const sourceScore = await sourceScoreOf(stages, arm, seed, scorer);
  const seconds = (performance.now() - start) / 1000;
  const own = { arm: arm.name, shots, seed, ...judged(stages, scores), ...sourceScore, seconds };
  const records: TransferRecord[] = [own];
  for (const { name, of } of mixtures.filter((mixture) => mixture.of.at(-1) === arm.name)) {
    const parts: TaskScores[] = [];
    for (const part of of) parts.push(await scoresOf(stages, part, unit, asked));
    records.push({ arm: name, shots, seed, ...judged(stages, mixed(parts)), seconds: 0 });
  }
  return records;
}

/** What an arm says of the test rows; in an evaluation that goes on, it may have to be made again. */
async function scoresOf(
  stages: Stages,
  name: string,
  { shots, seed }: Unit,
  asked: Asked,
): Promise<TaskScores> {
  const arm = arms.find((own) => own.name === name) as Arm;
  const draw = drawOf({ arm, shots, seed });
  const known = asked.get(draw);
  if (known) return known;
  const scores = await (await arm.make(stages, shots, seed))('target', stages.data.target.test);
  asked.set(draw, scores);
  return scores;
}

const drawOf = ({ arm, shots, seed }: Unit): string =>
  arm.learns ? `${arm.name}:${shots}:${seed}` : arm.name;

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
