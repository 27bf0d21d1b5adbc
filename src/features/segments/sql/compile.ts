import sql, { join, raw, type Sql } from 'sql-template-tag';
import { CameoError } from '../../../errors.ts';
import type { FeatureCatalog } from '../catalog.ts';
import { canonicalJson } from '../rule/canonical.ts';
import { leavesOf } from '../rule/references.ts';
import type { Leaf, Rule } from '../rule/types.ts';
import { eventSql } from './event-sql.ts';
import { type LeafSql, restrict, type Scope } from './scope.ts';
import { sequenceSql } from './sequence-sql.ts';
import { lastSql, readingSql, segmentSql, traitSql } from './value-leaves-sql.ts';

interface NamedLeaf extends LeafSql {
  /** The name of its relation in the statement. */
  readonly name: Sql;
}

interface Compiled {
  readonly scope: Scope;
  /** By canonical JSON: a clause that occurs twice is computed once. */
  readonly leaves: ReadonlyMap<string, NamedLeaf>;
}

/** One statement: `customer_id` of every living customer of the domain that the rule holds for. */
export function membersSql(rule: Rule, scope: Omit<Scope, 'transitions'>): Sql {
  const compiled = compile(rule, { ...scope, transitions: false });
  return sql`
    ${withSql(compiled)} select c.id as customer_id ${fromSql(compiled)} and ${holdsSql(compiled, rule)}`;
}

/**
 * One statement: `customer_id`, `holds`, `next` for every living customer of the domain. `next` is
 * no later than the first instant after `at` at which time alone changes the answer, or null.
 */
export function statesSql(rule: Rule, scope: Omit<Scope, 'transitions'>): Sql {
  const compiled = compile(rule, { ...scope, transitions: true });
  return sql`
    ${withSql(compiled)}
    select c.id as customer_id, ${holdsSql(compiled, rule)} as holds,
           nullif(${nextSql(compiled, rule)}, 'infinity'::timestamptz) as next
    ${fromSql(compiled)}`;
}

function compile(rule: Rule, scope: Scope): Compiled {
  const leaves = new Map<string, NamedLeaf>();
  for (const leaf of leavesOf(rule)) {
    const key = canonicalJson(leaf);
    if (!leaves.has(key))
      leaves.set(key, { ...leafSql(leaf, scope), name: raw(`leaf_${leaves.size}`) });
  }
  return { scope, leaves };
}

function leafSql(leaf: Leaf, scope: Scope): LeafSql {
  if ('event' in leaf) return eventSql(leaf.event, scope);
  if ('sequence' in leaf) return sequenceSql(leaf.sequence, scope);
  if ('last' in leaf) return lastSql(leaf.last, scope);
  if ('trait' in leaf) return traitSql(leaf.trait, scope);
  if ('segment' in leaf) return segmentSql(leaf.segment, scope);
  const { features, predictions } = scope.catalogs;
  if ('feature' in leaf)
    return readingSql(leaf.feature, entryOf(features, 'feature', leaf.feature.name, scope), scope);
  const { task } = leaf.prediction;
  return readingSql(leaf.prediction, entryOf(predictions, 'prediction task', task, scope), scope);
}

function entryOf(catalog: FeatureCatalog, what: string, name: string, scope: Scope) {
  const entry = catalog.lookup(name, scope.at);
  if (!entry) throw new CameoError('NOT_FOUND', `There is no ${what} "${name}".`, ['rule']);
  return entry;
}

/**
 * Where only the answer is wanted, a leaf is the set of customers whom it answers otherwise than a
 * customer without a row. Materialized, because a planner that takes the tables for small (right
 * after an import) would else compute a leaf anew for every customer.
 */
function withSql({ scope, leaves }: Compiled): Sql {
  const relations = [...leaves.values()].map(({ name, body, otherwise }) =>
    scope.transitions
      ? sql`${name} as materialized (${body})`
      : sql`${name} as materialized (
          select b.customer_id from (${body}) b where b.holds is ${raw(String(!otherwise))})`,
  );
  return sql`with ${join(relations)}`;
}

function fromSql({ scope, leaves }: Compiled): Sql {
  const joins = [...leaves.values()].map(
    ({ name }) => sql`left join ${name} on ${name}.customer_id = c.id`,
  );
  return sql`from customer c ${join(joins, ' ')}
    where c.domain_id = ${scope.domainId} and c.merged_into_id is null${restrict(scope, 'c.id')}`;
}

function holdsSql(compiled: Compiled, rule: Rule): Sql {
  if ('and' in rule)
    return sql`(${join(
      rule.and.map((r) => holdsSql(compiled, r)),
      ' and ',
    )})`;
  if ('or' in rule)
    return sql`(${join(
      rule.or.map((r) => holdsSql(compiled, r)),
      ' or ',
    )})`;
  if ('not' in rule) return sql`(not ${holdsSql(compiled, rule.not)})`;
  const { name, otherwise } = namedLeaf(compiled, rule);
  if (compiled.scope.transitions) return sql`coalesce(${name}.holds, ${raw(String(otherwise))})`;
  return sql`(${name}.customer_id ${raw(otherwise ? 'is null' : 'is not null')})`;
}

/** The bound of memory/next-transition.ts: a clause that cannot decide does not count. */
function nextSql(compiled: Compiled, rule: Rule): Sql {
  if ('not' in rule) return nextSql(compiled, rule.not);
  if (!('and' in rule || 'or' in rule))
    return sql`coalesce(${namedLeaf(compiled, rule).name}.next, 'infinity'::timestamptz)`;
  const parts = 'and' in rule ? rule.and : rule.or;
  if (parts.length === 1 && parts[0]) return nextSql(compiled, parts[0]);
  const keeps = 'or' in rule;
  const waits = parts.map((part) => {
    const holds = holdsSql(compiled, part);
    return sql`case when ${keeps ? holds : sql`not ${holds}`} then ${nextSql(compiled, part)} end`;
  });
  const any = parts.map((part) => nextSql(compiled, part));
  return sql`coalesce(greatest(${join(waits)}), least(${join(any)}))`;
}

function namedLeaf({ leaves }: Compiled, leaf: Leaf): NamedLeaf {
  const named = leaves.get(canonicalJson(leaf));
  if (!named) throw new Error('Invariant broken: a clause was not compiled');
  return named;
}
