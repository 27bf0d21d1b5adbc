import sql from 'sql-template-tag';
import type { Deps } from '../../../context.ts';
import type { CurvePoint, RunMessage } from '../../../ml/run/messages.ts';
import { RUNS_CHANNEL } from '../run.ts';

type Progress = Extract<RunMessage, { type: 'progress' }>;

/** Writes what a training process says to its run, in few statements. */
export interface Relay {
  put(message: RunMessage): void;
  /** Writes what is left; after it nothing is written any more. */
  close(): Promise<void>;
}

/** A step may take milliseconds; nobody looks that often. */
const EVERY_MS = 500;

/** @param onWritten is told how far the run is, 0 to 1, with each statement */
export function createRelay(
  deps: Deps,
  runId: string,
  onWritten: (fraction: number) => void,
  everyMs: number = EVERY_MS,
): Relay {
  let progress: Progress | undefined;
  let points: CurvePoint[] = [];
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();

  const flush = () => {
    timer = undefined;
    const [said, drawn] = [progress, points];
    [progress, points] = [undefined, []];
    if (!said && drawn.length === 0) return;
    turn = turn
      .then(() => write(deps, runId, said, drawn))
      // The next message makes up for it; the points are in the process's own log.
      .catch((error: Error) => deps.log.warn({ err: error, runId }, 'progress was not written'));
    if (said) onWritten(said.step / Math.max(said.steps, 1));
  };
  return {
    put(message) {
      if (message.type === 'progress') progress = message;
      else if (message.type === 'curve') points.push(...message.points);
      timer ??= setTimeout(flush, everyMs);
    },
    async close() {
      clearTimeout(timer);
      flush();
      await turn;
    },
  };
}

const finite = (value: number | undefined) => (Number.isFinite(value) ? value : null);

/** A resumed process may say a step twice: the later word counts. */
async function write(
  { db, clock }: Deps,
  runId: string,
  progress: Progress | undefined,
  points: readonly CurvePoint[],
): Promise<void> {
  const drawn = lastOfEach(points).filter(({ value }) => Number.isFinite(value));
  const eta = progress && new Date(clock.now().getTime() + Math.max(0, progress.etaMs || 0));
  await db.query(sql`
    with drawn as (
      insert into training_run_curve (run_id, split, metric, step, value)
      select ${runId}::uuid, p.split, p.metric, p.step, p.value
      from unnest(
        ${drawn.map(({ split }) => split)}::text[], ${drawn.map(({ metric }) => metric)}::text[],
        ${drawn.map(({ step }) => step)}::int[], ${drawn.map(({ value }) => value)}::float8[]
      ) as p (split, metric, step, value)
      on conflict (run_id, split, metric, step) do update set value = excluded.value
    ), moved as (
      update training_run
      set step = coalesce(${progress?.step ?? null}::int, step),
          steps = coalesce(${progress?.steps ?? null}::int, steps),
          loss = coalesce(${finite(progress?.loss)}::float8, loss),
          eta = coalesce(${eta ?? null}::timestamptz, eta)
      where id = ${runId}::uuid and under_way is not null
      returning id
    )
    select pg_notify(${RUNS_CHANNEL}, id::text) from moved`);
}

function lastOfEach(points: readonly CurvePoint[]): CurvePoint[] {
  const keyOf = ({ split, metric, step }: CurvePoint) => JSON.stringify([split, metric, step]);
  return [...new Map(points.map((point) => [keyOf(point), point])).values()];
}
