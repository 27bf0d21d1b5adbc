import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { type CheckedTraining, checkTraining } from './check-train.ts';
import type { ModelDeps } from './deps.ts';
import type { ModelTrainInput } from './input.ts';
import { needsLabels } from './kinds.ts';
import { runById, type TrainingRunRow } from './run.ts';
import { nextRun } from './schedule.ts';
import { startRun } from './start-run.ts';

/** Every night at two, unless it is said otherwise; see `modelSchedule`. */
const NIGHTLY = '0 2 * * *';
/** A stability index above it counts as a shift of the population. */
const DRIFT = 0.25;

/**
 * Checks a request, makes its model when that is new, and queues the training.
 * @throws CameoError FORBIDDEN without the role writer or for a domain that is not the actor's;
 *   BAD_INPUT, NOT_FOUND or CONFLICT with the place in the input.
 */
export async function modelTrain(
  deps: ModelDeps,
  actor: Actor,
  input: ModelTrainInput,
): Promise<TrainingRunRow> {
  requireRole(actor, 'writer');
  const training = await checkTraining(deps, actor, input);
  const id = await deps.db.transaction(async (tx) => {
    const model = await holdModel(deps, tx, training);
    const { request } = training;
    return startRun(deps, tx, { model, request, actor: actor.id, trigger: 'request' });
  });
  const run = id === undefined ? undefined : await runById(deps.db, actor, id);
  if (!run) throw new Error(`The run ${id} is gone`);
  return run;
}

/**
 * The model's row, held until the transaction ends; it remembers the request.
 * @throws CameoError CONFLICT when the name is that of a model of another task or domain
 */
async function holdModel(
  { clock }: ModelDeps,
  tx: Queryable,
  { name, domain, kind, labels, request }: CheckedTraining,
): Promise<{ id: number; name: string }> {
  const cron = needsLabels(kind) ? NIGHTLY : null;
  const now = clock.now();
  await tx.query(sql`
    insert into model (name, domain_id, kind, labels, training, cron, next_retrain_at,
                       drift_threshold, created_at)
    values (${name}, ${domain.id}, ${kind}::"TaskKind", ${labels}, ${JSON.stringify(request)},
            ${cron}, ${cron && nextRun(cron, now)}, ${needsLabels(kind) ? DRIFT : null}, ${now})
    on conflict (name) do nothing`);
  const [model] = await tx.query<{ id: number; domainId: number; same: boolean }>(sql`
    select id, domain_id as "domainId",
           kind = ${kind}::"TaskKind" and labels is not distinct from ${labels} as same
    from model where name = ${name} for update`);
  if (!model) throw new Error(`The model ${name} is gone`);
  if (model.domainId !== domain.id || !model.same)
    throw new CameoError(
      'CONFLICT',
      `"${name}" is a model of another ${model.same ? 'domain' : 'task'}: names are unique over all domains.`,
      ['name'],
    );
  await tx.query(
    sql`update model set training = ${JSON.stringify(request)} where id = ${model.id}`,
  );
  return { id: model.id, name };
}
