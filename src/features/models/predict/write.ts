import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { type AttributeDeps, writeAttributes } from '../../attributes/write.ts';
import { markChanged } from '../../identity/grow-graph.ts';
import { lockGraph } from '../../identity/locks.ts';
import type { Predicted } from '../predictor.ts';
import type { ServingModel } from './serving.ts';

/** What a version says of one task. */
export interface Answer extends Omit<Predicted, 'further'> {
  readonly task: string;
}

/** What it says of one customer. */
export interface Change {
  readonly customerId: number;
  readonly inputHash: string;
  readonly answers: readonly Answer[];
  /** Whether it says something else than before: segments may come out otherwise. */
  readonly isNew: boolean;
  /** Whether another version, or nobody, had said it of this customer. */
  readonly isRewritten: boolean;
}

export interface Outcome {
  readonly changes: readonly Change[];
  /** Customers that the model has nothing to go by any more. */
  readonly gone: readonly number[];
  readonly at: Date;
}

/**
 * Writes down what a version predicts, in the caller's transaction; with the graph held, so that nobody
 * is merged meanwhile: who has been, is left out.
 */
export async function writePredictions(
  deps: AttributeDeps,
  tx: Queryable,
  model: ServingModel,
  { changes, gone, at }: Outcome,
): Promise<void> {
  if (changes.length + gone.length === 0) return;
  await lockGraph(tx, model.domainId, 'shared');
  await upsert(tx, model, changes, at);
  await tx.query(sql`
    delete from prediction
    where task = any(${model.tasks}::text[]) and customer_id = any(${gone}::int[])`);
  const idsOf = (some: readonly Change[]) => [...some.map((one) => one.customerId), ...gone];
  if (model.kind === 'GENERATE') {
    const written = changes.filter(({ isNew, isRewritten }) => isNew || isRewritten);
    await writeAttributes(deps, tx, model.domainId, idsOf(written));
  }
  await markChanged(tx, idsOf(changes.filter(({ isNew }) => isNew)), at);
}

async function upsert(
  tx: Queryable,
  { versionId }: ServingModel,
  changes: readonly Change[],
  at: Date,
): Promise<void> {
  const rows = changes.flatMap(({ customerId, inputHash, answers }) =>
    answers.map((answer) => ({
      customer_id: customerId,
      input_hash: inputHash,
      ...answer,
    })),
  );
  await tx.query(sql`
    insert into prediction
      (customer_id, task, version_id, value, probability, uncertainty, reasons, input_hash, at)
    select c.id, p.task, ${versionId}, p.value, p.probability, p.uncertainty, p.reasons,
      p.input_hash, ${at}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as p (
        customer_id int, task text, value jsonb, probability float8, uncertainty float8,
        reasons jsonb, input_hash text)
    join customer c on c.id = p.customer_id and c.merged_into_id is null
    on conflict (customer_id, task) do update
    set origin_customer_id = null, version_id = excluded.version_id, value = excluded.value,
        probability = excluded.probability, uncertainty = excluded.uncertainty,
        reasons = excluded.reasons, input_hash = excluded.input_hash, at = excluded.at`);
}
