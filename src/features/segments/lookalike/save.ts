import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../../auth.ts';
import type { Queryable } from '../../../db.ts';
import { CameoError } from '../../../errors.ts';
import { servingScope } from '../../embeddings/models.ts';
import { requireSegmentKey, type SegmentRow, segmentByKey } from '../segment.ts';
import { cycleThrough, loadDefinitions } from '../store/definition.ts';
import { lockDefinitions } from '../store/locks.ts';
import type { LookalikeDeps } from './lookalike.ts';
import { refreshLookalike } from './refresh.ts';

export interface LookalikeInput {
  readonly key: string;
  readonly name?: string | null | undefined;
  /** The key of the segment whose members are to be resembled. */
  readonly from: string;
  /** How many members, or how similar they are at least: one of both. */
  readonly size?: number | null | undefined;
  readonly minSimilarity?: number | null | undefined;
  /** The domain's default when absent. */
  readonly model?: string | null | undefined;
}

const MOST = 1_000_000;

/**
 * Creates or changes a learned segment: the customers who are most like the members of another one, and
 * finds its members.
 *
 * @throws CameoError FORBIDDEN without the role writer; BAD_INPUT, NOT_FOUND, CONFLICT or CYCLE for an
 * input that cannot be.
 */
export async function segmentLookalike(
  deps: LookalikeDeps,
  actor: Actor,
  input: LookalikeInput,
): Promise<SegmentRow | undefined> {
  requireRole(actor, 'writer');
  requireSegmentKey(input.key);
  checkSize(input);
  const source = await segmentByKey(deps.db, actor, input.from);
  if (!source) throw new CameoError('NOT_FOUND', `There is no segment "${input.from}".`, ['from']);
  const domain = { id: source.domainId, key: source.domain };
  const { model } = await servingScope(deps.db, domain, input.model);
  const id = await deps.db.transaction(async (tx) => {
    await lockDefinitions(tx);
    return save(tx, actor, { ...input, model }, source);
  });
  await refreshLookalike(deps, id, deps.clock.now());
  return segmentByKey(deps.db, actor, input.key);
}

function checkSize({ size, minSimilarity }: LookalikeInput): void {
  if ((size == null) === (minSimilarity == null))
    throw new CameoError('BAD_INPUT', 'Give `size` or `minSimilarity`, one of both.', ['size']);
  if (size != null && (size < 1 || size > MOST))
    throw new CameoError('BAD_INPUT', `\`size\` goes from 1 to ${MOST}.`, ['size']);
  if (minSimilarity != null && !(minSimilarity >= -1 && minSimilarity <= 1))
    throw new CameoError('BAD_INPUT', '`minSimilarity` goes from -1 to 1.', ['minSimilarity']);
}

async function save(
  tx: Queryable,
  actor: Actor,
  { key, name, size, minSimilarity, model }: LookalikeInput,
  source: SegmentRow,
): Promise<number> {
  await requireFreeKey(tx, key, source);
  const [segment] = await tx.query<{ id: number; version: number }>(sql`
    insert into segment as s (key, domain_id, name, kind)
    values (${key}, ${source.domainId}, ${name ?? key}, 'LEARNED')
    on conflict (key) do update set name = coalesce(${name ?? null}, s.name),
      version = s.version + 1, updated_at = now()
    returning id, version`);
  if (!segment) throw new Error('Invariant broken: no segment was written');
  await tx.query(sql`
    insert into segment_version (segment_id, version, actor)
    values (${segment.id}, ${segment.version}, ${actor.id})`);
  await tx.query(sql`
    insert into segment_lookalike (segment_id, source_id, model, size, min_similarity)
    values (${segment.id}, ${source.id}, ${model}, ${size ?? null}, ${minSimilarity ?? null})
    on conflict (segment_id) do update set source_id = excluded.source_id, model = excluded.model,
      size = excluded.size, min_similarity = excluded.min_similarity, stale = true`);
  return segment.id;
}

/** Not of another kind or domain, and not something that the source is made of. */
async function requireFreeKey(tx: Queryable, key: string, source: SegmentRow): Promise<void> {
  const definitions = await loadDefinitions(tx);
  const existing = definitions.find((definition) => definition.key === key);
  if (existing && (existing.kind !== 'LEARNED' || existing.domainId !== source.domainId))
    throw new CameoError(
      'CONFLICT',
      `The segment "${key}" is ${existing.kind}${existing.domainId === source.domainId ? '' : ' in another domain'}; use another key or delete it first.`,
      ['key'],
    );
  const uses = new Map(definitions.map((definition) => [definition.key, definition.uses]));
  const cycle = cycleThrough(uses.set(key, new Set([source.key])), key);
  if (cycle)
    throw new CameoError(
      'CYCLE',
      `The segment would be made of itself: ${[key, ...cycle].join(' -> ')}.`,
      ['from'],
    );
}
