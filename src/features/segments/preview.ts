import sql from 'sql-template-tag';
import { type Actor, requireDomain } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { requireKnownDomain } from '../identity/domain.ts';
import { checkReferences } from './check-references.ts';
import type { SegmentDeps } from './deps.ts';
import { type Found, findMembers } from './preview-members.ts';
import { type Drawn, halfWidth, scaled } from './preview-sample.ts';
import { parseRule } from './rule/parse-rule.ts';
import type { Rule } from './rule/types.ts';
import { type SegmentRow, segmentByKey } from './segment.ts';
import { loadDefinitions } from './store/definition.ts';

/** Who would be in. The lists are ids of customers in ascending order, out of the sample if estimated. */
export interface SegmentPreviewRow {
  readonly size: number;
  /** True when size is an estimate from a sample of customers; error is then its 95% half-width. */
  readonly estimated: boolean;
  readonly error: number | null;
  sample(first: number): readonly number[];
  /** Against the members of `compareWith` as of the same instant; nobody without it. */
  entering(first: number): readonly number[];
  leaving(first: number): readonly number[];
  /** In the order of `segments`; scaled up if estimated. @throws CameoError NOT_FOUND */
  overlap(segments: readonly string[]): Promise<SegmentOverlap[]>;
}

export interface SegmentOverlap {
  readonly segment: string;
  readonly both: number;
  readonly onlyThis: number;
  readonly onlyThat: number;
}

export interface PreviewInput {
  /** A `SegmentRule`, not checked yet. */
  readonly rule: unknown;
  readonly domain?: string | null | undefined;
  readonly at?: Date | null | undefined;
  /** The key of a saved segment. */
  readonly compareWith?: string | null | undefined;
}

/**
 * Tries a rule without saving it. Exact when the database answers within 0.25 s, else an
 * estimate from a sample of customers that are drawn at random.
 *
 * @throws CameoError for a rule that could not be saved, NOT_FOUND for a domain or segment.
 */
export async function segmentPreview(
  deps: SegmentDeps,
  actor: Actor,
  input: PreviewInput,
): Promise<SegmentPreviewRow> {
  const at = input.at ?? deps.clock.now();
  const { id: domainId } = await requireKnownDomain(deps.db, actor, input.domain);
  const rule = await checkedRule(deps, input.rule, domainId, at);
  const saved = input.compareWith ? await savedSegment(deps, actor, input.compareWith) : undefined;
  const found = await findMembers(deps, rule, domainId, at);
  const before = saved && (await membersAt(deps.db, saved, at, found.drawn));
  return previewOf(deps, actor, at, found, before);
}

function previewOf(
  deps: SegmentDeps,
  actor: Actor,
  at: Date,
  { members, drawn }: Found,
  before: readonly number[] | undefined,
): SegmentPreviewRow {
  const now = new Set(members);
  const then = new Set(before);
  const compared = before !== undefined;
  return {
    size: scaled(members.length, drawn),
    estimated: drawn !== undefined,
    error: drawn ? halfWidth(members.length, drawn) : null,
    sample: (first) => firstOf(members, first, () => true),
    entering: (first) => firstOf(members, first, (id) => compared && !then.has(id)),
    leaving: (first) => firstOf(before ?? [], first, (id) => !now.has(id)),
    overlap: (keys) =>
      Promise.all(
        keys.map(async (key) => {
          const others = await membersAt(deps.db, await savedSegment(deps, actor, key), at, drawn);
          const both = others.filter((id) => now.has(id)).length;
          return {
            segment: key,
            both: scaled(both, drawn),
            onlyThis: scaled(members.length - both, drawn),
            onlyThat: scaled(others.length - both, drawn),
          };
        }),
      ),
  };
}

function firstOf(ids: readonly number[], first: number, wanted: (id: number) => boolean) {
  if (first < 1 || first > 100)
    throw new CameoError('BAD_INPUT', `\`first\` is ${first}; it goes from 1 to 100.`, ['first']);
  return ids.filter(wanted).slice(0, first);
}

async function membersAt(
  db: Queryable,
  segment: SegmentRow,
  at: Date,
  drawn: Drawn | undefined,
): Promise<number[]> {
  const instant = sql`${at.toISOString()}::timestamptz`;
  const rows = await db.query<{ id: number }>(sql`
    select distinct customer_id as id from segment_membership
    where segment_id = ${segment.id} and entered_at <= ${instant}
      and (exited_at is null or exited_at > ${instant})
      and (${drawn === undefined} or customer_id = any(${drawn?.ids ?? []}::int4[]))
    order by 1`);
  return rows.map((row) => row.id);
}

async function checkedRule(deps: SegmentDeps, input: unknown, domainId: number, at: Date) {
  const parsed = parseRule(input);
  const errors =
    'errors' in parsed
      ? parsed.errors
      : checkReferences(
          { key: undefined, domainId, rule: parsed.rule },
          await loadDefinitions(deps.db),
          deps.catalogs,
          at,
        );
  const [first] = errors;
  if (first) throw new CameoError(first.code, first.message, first.field);
  return (parsed as { rule: Rule }).rule;
}

async function savedSegment(deps: SegmentDeps, actor: Actor, key: string): Promise<SegmentRow> {
  const segment = await segmentByKey(deps.db, actor, key);
  if (!segment) throw new CameoError('NOT_FOUND', `There is no segment "${key}".`, ['compareWith']);
  requireDomain(actor, segment.domain);
  return segment;
}
