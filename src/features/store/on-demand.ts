import { z } from 'zod';
import { CameoError } from '../../errors.ts';
import { describeType, type FeatureType } from './feature-type.ts';
import { checkDistinct, checkName } from './names.ts';
import { checkValue } from './value.ts';
import { type FeatureView, featureNames, type Selection } from './view.ts';

type Types = Record<string, FeatureType>;
type TypedValues<Of> = {
  [Name in keyof Of]: Of[Name] extends FeatureType<infer Value> ? Value | null : never;
};

/** Values that come with the request, not from the store. */
export interface RequestSource<Values = object> {
  readonly kind: 'request';
  readonly fields: Types;
  readonly values?: Values;
}

export function request<Fields extends Types>(fields: Fields): RequestSource<TypedValues<Fields>> {
  for (const name of Object.keys(fields)) checkName('request field', name);
  return { kind: 'request', fields };
}

type Input = FeatureView<string, never> | FeatureView | Selection | RequestSource;
type InputValues<It> =
  It extends FeatureView<string, infer Values>
    ? Values
    : It extends Selection<infer Values> | RequestSource<infer Values>
      ? Values
      : never;
type All<Inputs extends readonly unknown[]> = Inputs extends readonly [infer Head, ...infer Rest]
  ? InputValues<Head> & All<Rest>
  : object;

export interface OnDemandView<Name extends string = string, Values = object> {
  readonly kind: 'onDemand';
  readonly name: Name;
  readonly features: readonly { readonly name: string; readonly type: FeatureType }[];
  readonly selections: readonly Selection[];
  readonly requests: Types;
  /** Checks what goes in and what comes out. Used by historical and online alike. */
  run(input: Record<string, unknown>): Record<string, unknown>;
  readonly values?: Values;
}

/**
 * Declares features computed at the time of asking by one pure function of other features and of
 * values in the request; training rows and online reads call the same function.
 * @throws CameoError BAD_INPUT when two inputs have a name in common.
 */
export function onDemandView<
  const Name extends string,
  const Inputs extends readonly Input[],
  Features extends Types,
>(
  name: Name,
  options: {
    readonly inputs: Inputs;
    readonly features: Features;
    readonly compute: (input: All<Inputs>) => TypedValues<Features>;
  },
): OnDemandView<Name, TypedValues<Features>> {
  checkName('on-demand view', name);
  const selections = options.inputs.flatMap(toSelection);
  const requests: Types = Object.assign(
    {},
    ...options.inputs.map((input) => (input.kind === 'request' ? input.fields : {})),
  );
  checkDistinct(`on-demand view "${name}": input`, [
    ...selections.flatMap((selection) => selection.names),
    ...options.inputs.flatMap((input) =>
      input.kind === 'request' ? Object.keys(input.fields) : [],
    ),
  ]);
  const features = Object.entries(options.features).map(([feature, type]) => ({
    name: checkName(`on-demand view "${name}", feature`, feature),
    type,
  }));
  const run = checked(name, inputTypes(selections, requests), options.features, options.compute);
  return { kind: 'onDemand', name, features, selections, requests, run };
}

const toSelection = (input: Input): Selection[] => {
  if (input.kind === 'request') return [];
  return input.kind === 'selection'
    ? [input]
    : [
        {
          kind: 'selection',
          view: input as FeatureView,
          names: featureNames(input as FeatureView),
        },
      ];
};

function inputTypes(selections: readonly Selection[], requests: Types): Types {
  const types = selections.flatMap(({ view, names }) =>
    view.features.filter((it) => names.includes(it.name)).map((it) => [it.name, it.type] as const),
  );
  return { ...Object.fromEntries(types), ...requests };
}

function checked<Input>(
  view: string,
  input: Types,
  output: Types,
  compute: (input: Input) => object,
): OnDemandView['run'] {
  const before = toSchema(`on-demand view "${view}", input`, input);
  const after = toSchema(`on-demand view "${view}", result`, output).strict();
  const parse = (schema: z.ZodType, value: unknown) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data as Record<string, unknown>;
    const issue = parsed.error.issues[0];
    throw new CameoError('BAD_INPUT', `on-demand view "${view}": ${issue?.message}`);
  };
  return (values) => parse(after, compute(parse(before, values) as Input));
}

function toSchema(place: string, types: Types) {
  const fields = Object.entries(types).map(([name, type]) => [name, toField(place, name, type)]);
  return z.object(Object.fromEntries(fields) as Record<string, z.ZodType>);
}

function toField(place: string, name: string, type: FeatureType): z.ZodType {
  return z.unknown().transform((value, context) => {
    try {
      if (value !== undefined) return checkValue(type, value, `${place} "${name}"`);
      context.addIssue(`${place} "${name}" (${describeType(type)}) is missing.`);
    } catch (error) {
      context.addIssue((error as Error).message);
    }
    return z.NEVER;
  });
}
