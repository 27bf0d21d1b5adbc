import { CameoError, type UserError } from '../../../errors.ts';
import { LEAF_SCHEMAS } from './leaf-schemas.ts';
import type { Rule } from './types.ts';

const DEEPEST = 16;
const MOST_CLAUSES = 200;
const KINDS = ['and', 'or', 'not', ...Object.keys(LEAF_SCHEMAS)];

interface Parsing {
  clauses: number;
  readonly errors: UserError[];
}

/**
 * A rule from untrusted input, or everything that is wrong with it; each error's `field` is the path
 * under `root`. At most 16 levels and 200 clauses. References to other things are not looked up.
 */
export function parseRule(
  input: unknown,
  root: readonly string[] = ['rule'],
): { readonly rule: Rule } | { readonly errors: readonly UserError[] } {
  const parsing: Parsing = { clauses: 0, errors: [] };
  const rule = parse(parsing, input, root, 1);
  return rule && parsing.errors.length === 0 ? { rule } : { errors: parsing.errors };
}

/** The same for a rule that was checked before: one that is stored, or in a test. */
export function ruleOf(input: unknown): Rule {
  const parsed = parseRule(input);
  if ('rule' in parsed) return parsed.rule;
  const [first] = parsed.errors;
  throw new CameoError('BAD_INPUT', first?.message ?? 'is not a rule', first?.field);
}

function parse(p: Parsing, input: unknown, path: readonly string[], depth: number) {
  if (depth > DEEPEST) return fail(p, path, `is nested more than ${DEEPEST} levels deep`);
  if (++p.clauses > MOST_CLAUSES) return fail(p, path, `has more than ${MOST_CLAUSES} clauses`);
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return fail(p, path, `must be an object with exactly one of ${KINDS.join(', ')}`);
  const given = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  const [only] = given;
  if (given.length !== 1 || !only)
    return fail(
      p,
      path,
      `must have exactly one of ${KINDS.join(', ')}; it has ${given.length === 0 ? 'none' : given.map(([kind]) => kind).join(', ')}`,
    );
  return parseKind(p, only[0], only[1], [...path, only[0]], depth);
}

function parseKind(
  p: Parsing,
  kind: string,
  body: unknown,
  path: readonly string[],
  depth: number,
): Rule | undefined {
  if (kind === 'and' || kind === 'or') return parseList(p, kind, body, path, depth);
  if (kind === 'not') {
    const not = parse(p, body, path, depth + 1);
    return not && { not };
  }
  return parseLeaf(p, kind, body, path);
}

function parseList(
  p: Parsing,
  kind: 'and' | 'or',
  body: unknown,
  path: readonly string[],
  depth: number,
): Rule | undefined {
  if (!Array.isArray(body) || body.length === 0)
    return fail(p, path, 'must be a list of at least one rule');
  const rules: Rule[] = [];
  for (const [index, part] of body.entries()) {
    if (p.clauses > MOST_CLAUSES) break;
    const rule = parse(p, part, [...path, String(index)], depth + 1);
    if (rule) rules.push(rule);
  }
  return (kind === 'and' ? { and: rules } : { or: rules }) as Rule;
}

function parseLeaf(
  p: Parsing,
  kind: string,
  body: unknown,
  path: readonly string[],
): Rule | undefined {
  if (!Object.hasOwn(LEAF_SCHEMAS, kind))
    return fail(p, path, `is not a kind of rule; use one of ${KINDS.join(', ')}`);
  const parsed = LEAF_SCHEMAS[kind as keyof typeof LEAF_SCHEMAS].safeParse(body);
  if (parsed.success) return { [kind]: parsed.data } as unknown as Rule;
  for (const issue of parsed.error.issues)
    fail(p, [...path, ...issue.path.map(String)], issue.message);
  return undefined;
}

function fail(p: Parsing, field: readonly string[], message: string): undefined {
  p.errors.push({ code: 'BAD_INPUT', field, message: `${field.join('.')}: ${message}` });
  return undefined;
}
