import type { FeatureColumn } from '../../ml/run/spec.ts';
import { type KnownPii, mask } from '../../ml/text/mask.ts';
import type { FeatureType } from '../store/feature-type.ts';
import { type Output, type Plan, planFeatures } from '../store/plan.ts';
import type { RowsDeps } from './request.ts';

const DAY = 86_400_000;
const MOST_CATEGORY = 64;

/** A feature of a service and the values of a row that it becomes. */
export interface ServiceColumn {
  readonly name: string;
  readonly type: FeatureType;
  /** Grows by itself with time: days since something. */
  readonly drifts: boolean;
}

/** How many values of a row a feature becomes. */
export const widthOf = ({ kind, size }: FeatureType): number =>
  kind === 'vector' ? (size ?? 0) : 1;

/** What `TrainingRow.features` may hold. */
export type RowValue = number | string | boolean | null;

/**
 * What `TrainingRow.features` holds for a service, in order: instants as days before the row's time,
 * truth as 1 and 0, a vector as one number each. Lists and JSON are left out: no model here reads them.
 * @throws CameoError NOT_FOUND when there is no such service
 */
export async function featureColumns(deps: RowsDeps, service: string): Promise<FeatureColumn[]> {
  const columns = await serviceColumns(deps, service);
  return columns.flatMap(({ name, type }): FeatureColumn[] => {
    if (type.kind === 'text') return [{ name, kind: 'category' }];
    if (type.kind !== 'vector') return [{ name, kind: 'number' }];
    return Array.from({ length: widthOf(type) }, (_, index) => ({
      name: `${name}_${index}`,
      kind: 'number',
    }));
  });
}

/** The features themselves that a model can read. */
export async function serviceColumns(
  { store }: RowsDeps,
  service: string,
): Promise<ServiceColumn[]> {
  const plan = planFeatures(store.registry, await store.state(), { service });
  return plan.outputs.flatMap((output): ServiceColumn[] => {
    const type = typeOf(plan, output);
    if (!type || type.kind === 'list' || type.kind === 'json') return [];
    return [{ name: output.name, type, drifts: driftsOf(plan, output, type) }];
  });
}

const typeOf = ({ onDemand }: Plan, { feature, from }: Output): FeatureType | undefined =>
  'type' in from
    ? from.type
    : onDemand[from.onDemand]?.view.features.find(({ name }) => name === feature)?.type;

function driftsOf({ groups }: Plan, { from }: Output, { kind }: FeatureType): boolean {
  const spec = 'group' in from ? groups[from.group]?.specs[from.index] : undefined;
  return kind === 'timestamp' || spec?.derived?.operation === 'daysSince';
}

/** A row's values by feature name as the model gets them, personal data in texts masked. */
export function encodeFeatures(
  columns: readonly ServiceColumn[],
  values: Readonly<Record<string, unknown>>,
  atMs: number,
  known: KnownPii,
): RowValue[] {
  return columns.flatMap(({ name, type }) => encode(type, values[name] ?? null, atMs, known));
}

function encode(
  type: FeatureType,
  value: unknown,
  atMs: number,
  known: KnownPii,
): RowValue | RowValue[] {
  if (type.kind === 'vector') {
    const numbers = (value ?? []) as readonly number[];
    return Array.from({ length: widthOf(type) }, (_, index) => toNumber(numbers[index]));
  }
  if (value === null) return null;
  if (type.kind === 'text') return mask(String(value), known).slice(0, MOST_CATEGORY);
  if (type.kind === 'timestamp') return toNumber((atMs - (value as Date).getTime()) / DAY);
  return toNumber(type.kind === 'bool' ? Number(value) : value);
}

const toNumber = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
