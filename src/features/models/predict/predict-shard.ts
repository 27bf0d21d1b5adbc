import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { invariant } from '../../../errors.ts';
import type { ArtefactStore } from '../../artefacts/store.ts';
import { markChanged } from '../../identity/grow-graph.ts';
import { lockGraph } from '../../identity/locks.ts';
import { buildPredictionRows } from '../../training/prediction-rows.ts';
import type { PredictionRow as InputRow, RowsDeps, RowsRequest } from '../../training/request.ts';
import type { Predicted, Predictor } from '../predictor.ts';
import { askVersion } from './ask.ts';
import { type ServingModel, servingModels } from './serving.ts';
import type { Shard } from './shards.ts';

export interface PredictDeps extends RowsDeps {
  readonly artefacts: ArtefactStore;
  readonly predictor: Predictor;
}

/** One model's work on one shard. */
export interface PredictTask extends Shard {
  readonly versionId: number;
}

/** To be written in the transaction that ends the work. */
export type Write = (tx: Queryable) => Promise<void>;

interface Change {
  readonly customerId: number;
  readonly inputHash: string;
  readonly predicted: Predicted;
  /** Whether segments may come out otherwise. */
  readonly isNew: boolean;
}

/**
 * Asks a version about the customers of a shard whose data has changed since it, or another one, was
 * asked last. Undefined: the version does not predict any more.
 */
export async function predictShard(
  deps: PredictDeps,
  { versionId, ...shard }: PredictTask,
): Promise<Write | undefined> {
  const models = await servingModels(deps.db);
  const model = models.find((each) => each.versionId === versionId);
  if (!model) return undefined;
  const at = deps.clock.now();
  const ids = await customersOf(deps.db, model.domainId, shard);
  const inputs = (await buildPredictionRows(deps, requestOf(model), ids)).filter(
    // Of who wrote nothing, a model that reads has nothing to say.
    ({ text }) => text !== undefined || model.spec.text === 'NONE',
  );
  const before = await knownOf(deps.db, model.task, ids);
  const stale = inputs.filter(({ customerId, inputHash }) => {
    const known = before.get(customerId);
    return known?.inputHash !== inputHash || known.versionId !== versionId;
  });
  const changes = await ask(deps, model, stale, before);
  const shown = new Set(inputs.map(({ customerId }) => customerId));
  const gone = [...before.keys()].filter((id) => !shown.has(id));
  return (tx) => write(tx, model, { changes, gone, at });
}

async function customersOf(db: Queryable, domainId: number, { after, upTo }: Shard) {
  const rows = await db.query<{ id: number }>(sql`
    select id from customer
    where domain_id = ${domainId} and merged_into_id is null and id > ${after} and id <= ${upTo}
    order by id`);
  return rows.map(({ id }) => id);
}

const requestOf = (model: ServingModel): RowsRequest => ({
  domain: { id: model.domainId, key: model.domain },
  task: { kind: model.kind, labels: model.task },
  text: model.spec.text,
  ...(model.service !== null && { service: model.service }),
});

interface Known {
  readonly customerId: number;
  readonly versionId: number;
  readonly inputHash: string;
  readonly value: unknown;
  readonly probability: number | null;
}

async function knownOf(
  db: Queryable,
  task: string,
  ids: readonly number[],
): Promise<Map<number, Known>> {
  const rows = await db.query<Known>(sql`
    select customer_id as "customerId", version_id as "versionId", input_hash as "inputHash",
           value, probability
    from prediction where task = ${task} and customer_id = any(${ids}::int[])`);
  return new Map(rows.map((row) => [row.customerId, row]));
}

async function ask(
  deps: PredictDeps,
  model: ServingModel,
  rows: readonly InputRow[],
  before: ReadonlyMap<number, Known>,
): Promise<Change[]> {
  if (rows.length === 0) return [];
  const folder = await deps.artefacts.open(model.artefact);
  const predictions = await askVersion(deps, model.kind, folder, rows);
  return rows.map(({ customerId, inputHash }, index) => {
    const predicted = predictions[index];
    invariant(predicted, `no prediction for row ${index} of ${rows.length}`);
    const known = before.get(customerId);
    const same =
      known?.probability === predicted.probability &&
      JSON.stringify(known.value) === JSON.stringify(predicted.value);
    return { customerId, inputHash, predicted, isNew: !same };
  });
}

interface Outcome {
  readonly changes: readonly Change[];
  /** Customers that the model has nothing to go by any more. */
  readonly gone: readonly number[];
  readonly at: Date;
}

/** With the graph held, so that nobody is merged meanwhile: who has been, is left out. */
async function write(
  tx: Queryable,
  { domainId, task, versionId }: ServingModel,
  { changes, gone, at }: Outcome,
): Promise<void> {
  if (changes.length + gone.length === 0) return;
  await lockGraph(tx, domainId, 'shared');
  const rows = changes.map(({ customerId, inputHash, predicted }) => ({
    customer_id: customerId,
    input_hash: inputHash,
    ...predicted,
  }));
  await tx.query(sql`
    insert into prediction
      (customer_id, task, version_id, value, probability, reasons, input_hash, at)
    select c.id, ${task}, ${versionId}, p.value, p.probability, p.reasons, p.input_hash, ${at}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as p (customer_id int, value jsonb, probability float8, reasons jsonb, input_hash text)
    join customer c on c.id = p.customer_id and c.merged_into_id is null
    on conflict (customer_id, task) do update
    set origin_customer_id = null, version_id = excluded.version_id, value = excluded.value,
        probability = excluded.probability, reasons = excluded.reasons,
        input_hash = excluded.input_hash, at = excluded.at`);
  await tx.query(sql`
    delete from prediction where task = ${task} and customer_id = any(${gone}::int[])`);
  const touched = changes.filter(({ isNew }) => isNew).map(({ customerId }) => customerId);
  await markChanged(tx, [...touched, ...gone], at);
}
