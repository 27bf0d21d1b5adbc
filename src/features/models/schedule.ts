import { Cron } from 'croner';
import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { CameoError } from '../../errors.ts';
import { type ModelRow, requireModel } from './model.ts';

export interface ModelScheduleInput {
  readonly model: string;
  /** Null: never by itself; undefined: as it is. */
  readonly cron?: string | null | undefined;
  readonly driftThreshold?: number | null | undefined;
}

/**
 * Sets when a model is trained anew by itself.
 * @throws CameoError FORBIDDEN without the role writer; NOT_FOUND; BAD_INPUT for cron fields that
 *   cannot be read or never come, and for a threshold that is not above 0.
 */
export async function modelSchedule(
  { db, clock }: Deps,
  actor: Actor,
  input: ModelScheduleInput,
): Promise<ModelRow> {
  requireRole(actor, 'writer');
  const model = await requireModel(db, actor, input.model, ['model']);
  const { cron = model.cron, driftThreshold = model.driftThreshold } = input;
  if (driftThreshold !== null && !(driftThreshold > 0))
    throw new CameoError('BAD_INPUT', 'The threshold must be above 0; null turns it off.', [
      'driftThreshold',
    ]);
  const next = cron === null ? null : nextRun(cron, clock.now());
  await db.query(sql`
    update model set cron = ${cron}, next_retrain_at = ${next}, drift_threshold = ${driftThreshold}
    where id = ${model.id}`);
  return requireModel(db, actor, input.model, ['model']);
}

/**
 * The first instant after `from` at which the cron fields (UTC) hold.
 * @throws CameoError BAD_INPUT when they cannot be read, or never hold.
 */
export function nextRun(cron: string, from: Date): Date {
  const next = parse(cron)?.nextRun(from);
  if (next) return next;
  throw new CameoError(
    'BAD_INPUT',
    `"${cron.slice(0, 100)}" is no time that comes: give five cron fields, such as "0 2 * * *".`,
    ['cron'],
  );
}

function parse(cron: string): Cron | undefined {
  if (cron.trim().split(/\s+/).length !== 5) return undefined;
  try {
    return new Cron(cron, { timezone: 'UTC', paused: true });
  } catch {
    return undefined;
  }
}
