import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { invariant } from '../../../errors.ts';
import type { ArtefactStore } from '../../artefacts/store.ts';
import { defineAttributes } from '../../attributes/define.ts';
import { asTaught } from '../../training/as-taught.ts';
import { buildPredictionRows } from '../../training/prediction-rows.ts';
import type { PredictionRow as InputRow, RowsDeps, RowsRequest } from '../../training/request.ts';
import type { Predicted, Predictor } from '../predictor.ts';
import { askVersion } from './ask.ts';
import { type Known, knownOf } from './known.ts';
import { type ServingModel, servingModels } from './serving.ts';
import type { Shard } from './shards.ts';
import { type Answer, type Change, writePredictions } from './write.ts';

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
  const before = await knownOf(deps.db, model.tasks, ids);
  const stale = inputs.filter((input) => isStale(model, input, before.get(input.customerId)));
  const changes = await ask(deps, model, stale, before);
  const shown = new Set(inputs.map(({ customerId }) => customerId));
  const gone = [...before.keys()].filter((id) => !shown.has(id));
  if (model.kind === 'GENERATE') await defineAttributes(deps, tasksOf(changes));
  return (tx) => writePredictions(deps, tx, model, { changes, gone, at });
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
  ...asTaught(model.spec, model.service),
});

type KnownTasks = ReadonlyMap<string, Known> | undefined;

/**
 * Whether any of the tasks was asked of other data or another version, or never. An attribute is also
 * written anew when a merge has brought it: features do not move with predictions.
 */
const isStale = (
  { tasks, versionId, kind }: ServingModel,
  { inputHash }: InputRow,
  known: KnownTasks,
) =>
  tasks.some((task) => {
    const own = known?.get(task);
    if (own?.inputHash !== inputHash || own.versionId !== versionId) return true;
    return own.moved && kind === 'GENERATE';
  });

async function ask(
  deps: PredictDeps,
  model: ServingModel,
  rows: readonly InputRow[],
  before: ReadonlyMap<number, KnownTasks>,
): Promise<Change[]> {
  if (rows.length === 0) return [];
  const folder = await deps.artefacts.open(model.artefact);
  const predictions = await askVersion(deps, model.kind, folder, rows);
  return rows.map(({ customerId, inputHash }, index) => {
    const predicted = predictions[index];
    invariant(predicted, `no prediction for row ${index} of ${rows.length}`);
    const answers = answersOf(model, predicted);
    const known = before.get(customerId);
    return {
      ...{ customerId, inputHash, answers },
      isNew: answers.some((answer) => !isSame(answer, known?.get(answer.task))),
      isRewritten: answers.some(({ task }) => isAnothers(known?.get(task), model)),
    };
  });
}

/** One for each task that the version predicts. */
const answersOf = ({ task, tasks }: ServingModel, { further = [], ...own }: Predicted): Answer[] =>
  [own, ...further]
    .map((predicted) => ({ ...predicted, task: predicted.task ?? task }))
    .filter((answer) => tasks.includes(answer.task));

const isSame = ({ value, probability }: Answer, known: Known | undefined): boolean =>
  known?.probability === probability && JSON.stringify(known.value) === JSON.stringify(value);

const isAnothers = (known: Known | undefined, { versionId }: ServingModel): boolean =>
  known === undefined || known.versionId !== versionId || known.moved;

/** The tasks that have been answered, and whether by lists. */
function tasksOf(changes: readonly Change[]): ReadonlyMap<string, boolean> {
  const answers = changes[0]?.answers ?? [];
  return new Map(answers.map(({ task, several = false }) => [task, several]));
}
