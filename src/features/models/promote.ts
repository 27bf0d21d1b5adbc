import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { ModelQueue } from './deps.ts';
import { predicts } from './kinds.ts';
import { type ModelRow, requireModel } from './model.ts';
import { requireVersion, type VersionRow, versionById } from './version.ts';

/** The name of a model whose active version has changed: serving follows it. */
export const PROMOTED_CHANNEL = 'model_promoted';

export interface PromoteDeps extends Deps {
  readonly modelQueue: ModelQueue;
  /** This process's, so that a rule may name the task at once. */
  readonly predictionCatalog: { reload(): Promise<void> };
}

interface Promoted {
  readonly model: ModelRow;
  readonly version: VersionRow;
}

/**
 * Makes a version its model's active one.
 * @throws CameoError FORBIDDEN without the role admin; NOT_FOUND; BAD_INPUT when it is another model's.
 */
export async function modelPromote(
  deps: PromoteDeps,
  actor: Actor,
  input: { readonly version: string | number; readonly model?: string | null | undefined },
): Promise<Promoted> {
  requireRole(actor, 'admin');
  const version = await requireVersion(deps.db, actor, input.version, ['version']);
  await deps.db.transaction(async (tx) => {
    const model = await holdModel(tx, version.modelId);
    if (input.model != null && input.model !== model.name)
      throw new CameoError(
        'BAD_INPUT',
        `Version ${version.id} is one of "${model.name}", not of "${input.model}".`,
        ['model'],
      );
    if (model.activeVersionId === version.id) return;
    await switchActive(deps, tx, {
      model,
      versionId: version.id,
      actor: actor.id,
    });
  });
  await deps.predictionCatalog.reload();
  return read(deps.db, actor, version.id);
}

/**
 * Makes the version active again that the present one was promoted over.
 * @throws CameoError FORBIDDEN without the role admin; NOT_FOUND; CONFLICT when there was none before.
 */
export async function modelRollback(
  deps: PromoteDeps,
  actor: Actor,
  name: string,
): Promise<Promoted> {
  requireRole(actor, 'admin');
  const { id } = await requireModel(deps.db, actor, name, ['model']);
  const back = await deps.db.transaction(async (tx) => {
    const model = await holdModel(tx, id);
    const { id: revertsId, previousId: versionId } = await lastPromotion(tx, model);
    await switchActive(deps, tx, { model, versionId, actor: actor.id, revertsId });
    return versionId;
  });
  await deps.predictionCatalog.reload();
  return read(deps.db, actor, back);
}

interface HeldModel {
  readonly id: number;
  readonly name: string;
  readonly activeVersionId: number | null;
}

async function holdModel(tx: Queryable, id: number): Promise<HeldModel> {
  const [model] = await tx.query<HeldModel>(sql`
    select id, name, active_version_id as "activeVersionId" from model where id = ${id} for update`);
  if (!model) throw new CameoError('NOT_FOUND', 'The model is gone.');
  return model;
}

interface LastPromotion {
  readonly id: number;
  readonly previousId: number;
}

/** The promotion that made the active version active: rollbacks take back one after another. */
async function lastPromotion(tx: Queryable, { name, id }: HeldModel): Promise<LastPromotion> {
  const [last] = await tx.query<{ id: number; previousId: number | null }>(sql`
    select p.id, p.previous_id as "previousId" from model_promotion p
    where p.model_id = ${id} and p.reverts_id is null
      and not exists (select from model_promotion r where r.reverts_id = p.id)
    order by p.id desc limit 1`);
  if (last && last.previousId !== null) return { id: last.id, previousId: last.previousId };
  throw new CameoError('CONFLICT', `No version of "${name}" was active before.`, ['model']);
}

async function read(db: Queryable, actor: Actor, versionId: number): Promise<Promoted> {
  const version = await versionById(db, actor, versionId);
  const [row] = await db.query<{ name: string }>(
    sql`select name from model where id = ${version?.modelId ?? 0}`,
  );
  if (!version || !row) throw new Error(`The version ${versionId} is gone`);
  return { version, model: await requireModel(db, actor, row.name, ['model']) };
}

interface Switch {
  readonly model: HeldModel;
  readonly versionId: number;
  readonly actor: string;
  /** The promotion that this takes back, if any. */
  readonly revertsId?: number;
}

/**
 * Switches the active version in the caller's transaction, which holds the model's row; serving hears
 * of it, and predictions are asked for anew, when that commits.
 */
export async function switchActive(
  { clock, modelQueue }: Pick<PromoteDeps, 'clock' | 'modelQueue'>,
  tx: Queryable,
  { model, versionId, actor, revertsId }: Switch,
): Promise<void> {
  const now = clock.now();
  await tx.query(sql`
    insert into model_promotion (model_id, version_id, previous_id, reverts_id, actor, at)
    values (${model.id}, ${versionId}, ${model.activeVersionId}, ${revertsId ?? null}, ${actor},
            ${now})`);
  const [row] = await tx.query<{ kind: ModelRow['kind'] }>(sql`
    update model set active_version_id = ${versionId}, promoted_at = ${now} where id = ${model.id}
    returning kind`);
  await tx.query(sql`select pg_notify(${PROMOTED_CHANNEL}, ${model.name})`);
  if (row && predicts(row.kind)) await modelQueue.refreshPredictions(tx, model.name);
  if (row?.kind === 'EMBED') await modelQueue.refreshEmbeddings(tx);
}
