import sql from 'sql-template-tag';
import { type Actor, requireDomain, requireRole } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError, toUserError, type UserError } from '../../errors.ts';
import { type DomainRow, writableDomain } from '../identity/domain.ts';
import { checkReferences } from './check-references.ts';
import type { SegmentDeps } from './deps.ts';
import { canonicalJson } from './rule/canonical.ts';
import { parseRule } from './rule/parse-rule.ts';
import type { Rule } from './rule/types.ts';
import { requireSegmentKey, type SegmentRow, segmentByKey } from './segment.ts';
import { loadDefinitions } from './store/definition.ts';
import { changeList, checkList, type ListInput } from './store/list.ts';
import { lockDefinitions } from './store/locks.ts';
import { refreshSegments } from './store/refresh-segments.ts';

export interface SegmentSaveInput extends ListInput {
  readonly key: string;
  readonly name?: string | null | undefined;
  readonly domain?: string | null | undefined;
  /** A `SegmentRule`, not checked yet. */
  readonly rule?: unknown;
}

export interface SegmentSaveResult {
  readonly segment: SegmentRow | undefined;
  readonly userErrors: readonly UserError[];
}

/**
 * Creates a segment or saves its next version, and evaluates it and those that use it. A rule that is
 * the same as before makes no new version. Give a rule, or `members` (`addMembers`, `removeMembers`)
 * for a static list. Whatever is wrong with the input comes back in `userErrors`.
 *
 * @throws CameoError FORBIDDEN without the role writer or for a domain that is not the actor's.
 */
export async function segmentSave(
  deps: SegmentDeps,
  actor: Actor,
  input: SegmentSaveInput,
): Promise<SegmentSaveResult> {
  requireRole(actor, 'writer');
  try {
    await save(deps, actor, input);
  } catch (error) {
    if (error instanceof Refused) return { segment: undefined, userErrors: error.errors };
    if (!(error instanceof CameoError) || error.code === 'FORBIDDEN') throw error;
    return { segment: undefined, userErrors: [toUserError(error)] };
  }
  await refreshSegments(deps, { keys: [input.key], at: deps.clock.now() });
  return { segment: await segmentByKey(deps.db, actor, input.key), userErrors: [] };
}

/** Several expected failures at once. */
class Refused extends Error {
  readonly errors: readonly UserError[];

  constructor(errors: readonly UserError[]) {
    super('The segment was not saved.');
    this.errors = errors;
  }
}

async function save(deps: SegmentDeps, actor: Actor, input: SegmentSaveInput): Promise<void> {
  requireSegmentKey(input.key);
  const rule = checkedRule(input);
  const existing = await stored(deps.db, input.key);
  const domain = existing
    ? ownDomain(actor, existing, input.domain)
    : await writableDomain(deps.db, actor, input.domain);
  await deps.db.transaction(async (tx) => {
    await lockDefinitions(tx);
    if (rule) await saveRule(deps, tx, actor, domain, input, rule);
    else await saveList(deps, tx, actor, domain, input);
  });
}

/** Undefined for a static list. */
function checkedRule(input: SegmentSaveInput): Rule | undefined {
  const lists = [input.members, input.addMembers, input.removeMembers].some((list) => list != null);
  if ((input.rule != null) === lists)
    throw new CameoError('BAD_INPUT', 'Give a rule, or members for a static list; not both.', [
      'rule',
    ]);
  if (input.rule == null) return undefined;
  const parsed = parseRule(input.rule);
  if ('errors' in parsed) throw new Refused(parsed.errors);
  return parsed.rule;
}

interface Stored {
  readonly id: number;
  readonly kind: SegmentRow['kind'];
  readonly rule: unknown;
  readonly domainId: number;
  readonly domain: string;
}

async function stored(db: Queryable, key: string): Promise<Stored | undefined> {
  const [row] = await db.query<Stored>(sql`
    select s.id, s.kind, s.rule, s.domain_id as "domainId", d.key as domain
    from segment s join domain d on d.id = s.domain_id where s.key = ${key}`);
  return row;
}

function ownDomain(actor: Actor, existing: Stored, asked: string | null | undefined): DomainRow {
  requireDomain(actor, existing.domain);
  if (asked != null && asked !== existing.domain)
    throw new CameoError(
      'CONFLICT',
      `This key is taken in the domain "${existing.domain}": keys are unique over all domains.`,
      ['key'],
    );
  return { id: existing.domainId, key: existing.domain };
}

async function saveRule(
  deps: SegmentDeps,
  tx: Queryable,
  actor: Actor,
  domain: DomainRow,
  { key, name }: SegmentSaveInput,
  rule: Rule,
): Promise<void> {
  const now = deps.clock.now();
  const definitions = await loadDefinitions(tx);
  const errors = checkReferences(
    { key, domainId: domain.id, rule },
    definitions,
    deps.catalogs,
    now,
  );
  if (errors.length > 0) throw new Refused(errors);
  const existing = await stored(tx, key);
  refuseOtherKind(existing, 'RULE');
  const json = canonicalJson(rule);
  const same = existing !== undefined && canonicalJson(existing.rule) === json;
  await tx.query(sql`
    with saved as (
      insert into segment as s (key, domain_id, name, kind, rule)
      values (${key}, ${domain.id}, ${name ?? key}, 'RULE', ${json}::jsonb)
      on conflict (key) do update set name = coalesce(${name ?? null}, s.name), rule = excluded.rule,
        version = s.version + ${same ? 0 : 1}::int, updated_at = now()
      returning id, version, rule
    )
    insert into segment_version (segment_id, version, rule, actor)
    select id, version, rule, ${actor.id} from saved on conflict do nothing`);
}

async function saveList(
  deps: SegmentDeps,
  tx: Queryable,
  actor: Actor,
  domain: DomainRow,
  input: SegmentSaveInput,
): Promise<void> {
  const existing = await stored(tx, input.key);
  refuseOtherKind(existing, 'STATIC');
  await checkList(tx, domain, input);
  const [saved] = await tx.query<{ id: number }>(sql`
    insert into segment as s (key, domain_id, name, kind)
    values (${input.key}, ${domain.id}, ${input.name ?? input.key}, 'STATIC')
    on conflict (key) do update set name = coalesce(${input.name ?? null}, s.name), updated_at = now()
    returning id`);
  if (!saved) return;
  await tx.query(sql`
    insert into segment_version (segment_id, version, actor) values (${saved.id}, 1, ${actor.id})
    on conflict do nothing`);
  await changeList(tx, saved.id, input, deps.clock.now());
}

function refuseOtherKind(existing: Stored | undefined, kind: SegmentRow['kind']): void {
  if (existing && existing.kind !== kind)
    throw new CameoError(
      'CONFLICT',
      `This segment is ${existing.kind} and cannot become ${kind}; use another key or delete it first.`,
      ['key'],
    );
}
