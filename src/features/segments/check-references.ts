import type { UserError } from '../../errors.ts';
import type { Catalogs } from './catalog.ts';
import { referencesOf } from './rule/references.ts';
import type { Rule } from './rule/types.ts';
import { cycleThrough, type Definition } from './store/definition.ts';

/** The rule that is to be saved under a key, or only tried. */
export interface Candidate {
  /** Undefined for a rule that is only tried. */
  readonly key: string | undefined;
  readonly domainId: number;
  readonly rule: Rule;
}

/** What a rule names that there is not, and the circle that it would close. */
export function checkReferences(
  { key, domainId, rule }: Candidate,
  definitions: readonly Definition[],
  catalogs: Catalogs,
  at: Date,
): UserError[] {
  const { features, predictions, segments } = referencesOf([rule]);
  const field = ['rule'];
  const missing = (code: 'NOT_FOUND', message: string): UserError => ({ code, message, field });
  const known = new Map(definitions.map((definition) => [definition.key, definition]));
  const errors: UserError[] = [];
  for (const name of features)
    if (!catalogs.features.lookup(name, at))
      errors.push(missing('NOT_FOUND', `There is no feature "${name}".`));
  for (const task of predictions)
    if (!catalogs.predictions.lookup(task, at))
      errors.push(missing('NOT_FOUND', `There is no prediction task "${task}".`));
  for (const name of segments)
    if (name !== key && known.get(name)?.domainId !== domainId)
      errors.push(missing('NOT_FOUND', `There is no segment "${name}" in this domain.`));
  const cycle = key && cycleOf(key, segments, definitions);
  if (cycle) errors.push({ code: 'CYCLE', message: cycle, field });
  return errors;
}

function cycleOf(
  key: string,
  uses: ReadonlySet<string>,
  definitions: readonly Definition[],
): string | undefined {
  const graph = new Map(definitions.map((definition) => [definition.key, definition.uses]));
  const cycle = cycleThrough(graph.set(key, uses), key);
  if (!cycle) return undefined;
  return `A segment cannot use itself, not even through others: ${cycle.join(' -> ')}.`;
}
