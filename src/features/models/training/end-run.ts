import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { cancelledError } from '../cancel.ts';
import { switchActive } from '../promote.ts';
import { notifyRun } from '../run.ts';
import { decide } from './decide.ts';
import type { TrainingDeps } from './deps.ts';
import type { Ending } from './execute.ts';

type Done = Extract<Ending, { type: 'done' }>;

/** Writes down what became of a run: its version too, which becomes the active one if it has won. */
export async function endRun(
  deps: TrainingDeps,
  tx: Queryable,
  runId: string,
  ending: Ending,
): Promise<void> {
  if (ending.type === 'done') await complete(deps, tx, runId, ending);
  else await fail(deps, tx, runId, ending);
  await notifyRun(tx, runId);
}

async function fail(
  { clock }: TrainingDeps,
  tx: Queryable,
  runId: string,
  ending: Exclude<Ending, Done>,
): Promise<void> {
  const refused = ending.type === 'refused' ? ending.reason : null;
  const error =
    ending.type === 'failed' ? ending.message : (refused ?? cancelledError(whoOf(ending)));
  await tx.query(sql`
    update training_run
    set state = 'FAILED', under_way = null, refused = ${refused}, error = ${error}, eta = null,
        finished_at = ${clock.now()}
    where id = ${runId}::uuid`);
}

const whoOf = (ending: Exclude<Ending, Done>): string =>
  ending.type === 'cancelled' ? ending.by : '';

async function complete(
  deps: TrainingDeps,
  tx: Queryable,
  runId: string,
  ending: Done,
): Promise<void> {
  const [model] = await tx.query<{ id: number; name: string; activeVersionId: number | null }>(sql`
    select m.id, m.name, m.active_version_id as "activeVersionId"
    from model m join training_run r on r.model_id = m.id where r.id = ${runId}::uuid
    for update of m`);
  if (!model) throw new Error(`The model of run ${runId} is gone`);
  const version = await insertVersion(deps, tx, runId, model.id, ending);
  if (version.service !== null)
    await deps.store.linkModel(version.service, `${model.name}@${version.number}`, tx);
  const { promote, decision } = decide(ending.result, model.activeVersionId !== null);
  await tx.query(sql`
    update training_run
    set state = 'DONE', under_way = null, version_id = ${version.id}, eta = null,
        metrics = ${JSON.stringify(ending.result.metrics)}, decision = ${decision},
        finished_at = ${deps.clock.now()}
    where id = ${runId}::uuid`);
  if (!promote) return;
  await switchActive(deps, tx, {
    model,
    versionId: version.id,
    actor: 'job:train',
  });
}

interface NewVersion {
  readonly id: number;
  readonly number: number;
  readonly service: string | null;
}

async function insertVersion(
  { store, trainer, clock }: TrainingDeps,
  tx: Queryable,
  runId: string,
  modelId: number,
  { result, spec, artefact }: Done,
): Promise<NewVersion> {
  const { services } = await store.state();
  const versions = [...services].map(([name, { version }]) => ({ name, version }));
  const [version] = await tx.query<NewVersion>(sql`
    insert into model_version (model_id, number, parent_id, data_hash, rows, service,
      service_version, code_version, spec, hyperparameters, metrics, baselines, winner, decided_by,
      artefact, created_at)
    select ${modelId},
      (select coalesce(max(number), 0) + 1 from model_version where model_id = ${modelId}),
      (select id from model_version where id = (r.request->>'from')::int),
      ${result.dataHash}, ${JSON.stringify(result.rows)}, r.request->>'service',
      (select known.version from jsonb_to_recordset(${JSON.stringify(versions)}::jsonb)
         as known(name text, version int) where known.name = r.request->>'service'),
      ${trainer.codeVersion}, ${JSON.stringify(spec)}, ${JSON.stringify(result.hyperparameters)},
      ${JSON.stringify(result.metrics)}, ${JSON.stringify(result.baselines)}, ${result.winner},
      ${result.decidedBy}, ${artefact}, ${clock.now()}
    from training_run r where r.id = ${runId}::uuid
    returning id, number, service`);
  if (!version) throw new Error(`The run ${runId} is gone`);
  return version;
}
