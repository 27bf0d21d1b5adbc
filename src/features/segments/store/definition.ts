import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { ruleOf } from '../rule/parse-rule.ts';
import { referencesOf } from '../rule/references.ts';
import type { Rule } from '../rule/types.ts';

/** A stored segment, ready to be evaluated; `rule` is undefined for lists and learned ones. */
export interface Definition {
  readonly id: number;
  readonly key: string;
  readonly domainId: number;
  readonly kind: 'RULE' | 'STATIC' | 'LEARNED';
  readonly version: number;
  readonly rule: Rule | undefined;
  /** The keys of the segments that the rule refers to, or whose members a learned one is like. */
  readonly uses: ReadonlySet<string>;
}

interface Stored {
  readonly id: number;
  readonly key: string;
  readonly domainId: number;
  readonly kind: Definition['kind'];
  readonly version: number;
  readonly rule: unknown;
  readonly source: string | null;
}

/** Every segment, or one by its id, such that each comes after the segments that it uses. */
export async function loadDefinitions(db: Queryable, id?: number): Promise<Definition[]> {
  const rows = await db.query<Stored>(sql`
    select s.id, s.key, s.domain_id as "domainId", s.kind, s.version, s.rule, source.key as source
    from segment s
      left join segment_lookalike l on l.segment_id = s.id
      left join segment source on source.id = l.source_id
    where ${id ?? null}::int is null or s.id = ${id ?? null}::int order by s.key`);
  return inOrder(rows.map(define));
}

function define({ rule, source, ...row }: Stored): Definition {
  const parsed = row.kind === 'RULE' ? ruleOf(rule) : undefined;
  const own = source === null ? [] : [source];
  return { ...row, rule: parsed, uses: parsed ? referencesOf([parsed]).segments : new Set(own) };
}

/** The used before the users. Saving refuses cycles; should one be there, its order is arbitrary. */
export function inOrder(definitions: readonly Definition[]): Definition[] {
  const byKey = new Map(definitions.map((definition) => [definition.key, definition]));
  const done = new Set<Definition>();
  const visit = (definition: Definition | undefined, path: readonly Definition[]): void => {
    if (!definition || done.has(definition) || path.includes(definition)) return;
    for (const key of definition.uses) visit(byKey.get(key), [...path, definition]);
    done.add(definition);
  };
  for (const definition of definitions) visit(definition, []);
  return [...done];
}

/** `keys` and every segment that uses one of them, near or far, in order. */
export function withDependents(
  definitions: readonly Definition[],
  keys: readonly string[],
): Definition[] {
  const wanted = new Set(keys);
  return definitions.filter((definition) => {
    if ([...definition.uses].some((key) => wanted.has(key))) wanted.add(definition.key);
    return wanted.has(definition.key);
  });
}

/** The way from a segment back to itself through the segments it uses; undefined when there is none. */
export function cycleThrough(
  uses: ReadonlyMap<string, ReadonlySet<string>>,
  start: string,
): readonly string[] | undefined {
  const seen = new Set<string>();
  const walk = (key: string, path: readonly string[]): readonly string[] | undefined => {
    for (const next of uses.get(key) ?? []) {
      if (next === start) return [...path, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...path, next]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, [start]);
}
