import { CameoError } from '../../errors.ts';
import type { Aggregate, AggregateSpec } from './aggregate.ts';
import type { Derived } from './derived.ts';
import { parseDuration } from './duration.ts';
import { type FeatureType, isFeatureType } from './feature-type.ts';
import { checkDistinct, checkName } from './names.ts';

export type Declaration = FeatureType | Aggregate<unknown, never> | Aggregate | Derived;

/** One feature of a view as plain data: what is stored, compared and turned into SQL. */
export interface FeatureSpec {
  readonly name: string;
  readonly type: FeatureType;
  /** Computed only because a derived feature reads it. */
  readonly hidden?: true;
  /** `window` as written, absent = all time. */
  readonly aggregate?: AggregateSpec & { readonly window?: string };
  readonly derived?: Pick<Derived, 'operation' | 'of'>;
}

/**
 * The features that declarations stand for: several windows become several features.
 * @throws CameoError BAD_INPUT on a bad name, or a derived feature whose inputs are not there.
 */
export function toSpecs(view: string, declarations: Record<string, Declaration>): FeatureSpec[] {
  const specs = Object.entries(declarations).flatMap(([name, declared]) =>
    expand(checkName(`view "${view}", feature`, name), declared),
  );
  checkDistinct(
    `view "${view}": feature`,
    specs.map((spec) => spec.name),
  );
  const hidden = new Map<string, FeatureSpec>();
  for (const spec of specs) {
    for (const input of spec.derived?.of ?? []) {
      const found = findInput(view, spec, input, specs);
      if (found.hidden) hidden.set(found.name, found);
    }
  }
  return [...specs, ...hidden.values()];
}

function expand(name: string, declared: Declaration): FeatureSpec[] {
  if (isFeatureType(declared)) return [{ name, type: declared }];
  const { type } = declared;
  if (declared.kind === 'derived') {
    return [{ name, type, derived: { operation: declared.operation, of: declared.of } }];
  }
  const { spec, windows } = declared;
  const [window] = windows;
  if (window === undefined) return [{ name, type, aggregate: spec }];
  if (windows.length === 1) return [{ name, type, aggregate: { ...spec, window } }];
  return windows.map((each) => ({
    name: `${name}_${each}`,
    type,
    aggregate: { ...spec, window: each },
  }));
}

function findInput(
  view: string,
  reader: FeatureSpec,
  input: string,
  specs: readonly FeatureSpec[],
): FeatureSpec {
  const found = specs.find((spec) => spec.name === input) ?? sibling(input, specs);
  const wanted = reader.derived?.operation === 'daysSince' ? ['timestamp'] : ['int', 'double'];
  const place = `view "${view}", feature "${reader.name}"`;
  if (!found?.aggregate) {
    throw new CameoError(
      'BAD_INPUT',
      `${place}: there is no aggregate feature "${input}" in the view.`,
    );
  }
  if (wanted.includes(found.type.kind)) return found;
  throw new CameoError(
    'BAD_INPUT',
    `${place}: "${input}" is ${found.type.kind}; ${reader.derived?.operation} needs ${wanted.join(' or ')}.`,
  );
}

/** `spend_30d` where only `spend_90d` is declared: the same aggregate over the other window. */
function sibling(name: string, specs: readonly FeatureSpec[]): FeatureSpec | undefined {
  const [, stem, window] = /^(.+)_(\d+[smhdw])$/.exec(name) ?? [];
  if (stem === undefined || window === undefined) return undefined;
  const like = specs.find(
    ({ aggregate, name: other }) => aggregate?.window && other === `${stem}_${aggregate.window}`,
  );
  if (!like?.aggregate) return undefined;
  parseDuration(window, name);
  return { name, type: like.type, hidden: true, aggregate: { ...like.aggregate, window } };
}
