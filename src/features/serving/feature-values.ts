import { CameoError } from '../../errors.ts';
import type { ListedStore, ListedView } from '../store/list.ts';
import type { FeatureStatus, FeatureValue, OnlineRow } from '../store/online.ts';
import type { FeatureStore } from '../store/store.ts';

/** Which features: those of a service, those named, or all of customers; as of an instant, or now. */
export interface FeatureArguments {
  readonly service?: string | null;
  readonly names?: readonly string[] | null;
  readonly at?: Date | null;
  /** Compute from events now instead of reading what the last refresh stored. */
  readonly fresh?: boolean | null;
}

export interface FeatureValueRow {
  readonly name: string;
  readonly view: string;
  readonly value: unknown;
  readonly status: FeatureStatus;
  readonly eventTime: Date | null;
  /** A duration in whole seconds. */
  readonly age: string | null;
}

export const CUSTOMER_KEY = 'customer_id';

/**
 * The features of each customer, in the order of `customerIds`, in a fixed number of statements.
 * @throws CameoError NOT_FOUND for an unknown service or feature, BAD_INPUT for an ambiguous name.
 */
export async function featureValuesOf(
  store: FeatureStore,
  customerIds: readonly number[],
  args: FeatureArguments,
): Promise<FeatureValueRow[][]> {
  const references = referencesOf(store.list(), args);
  if (references.length === 0) return customerIds.map(() => []);
  const rows = await store.online({
    rows: customerIds.map((id) => ({ [CUSTOMER_KEY]: id })),
    ...(args.service ? { service: args.service } : { features: references }),
    fullNames: true,
    ...(args.fresh && { fresh: true }),
    ...(args.at && { at: args.at }),
  });
  return rows.map((row) => references.map((reference) => featureValue(row, reference)));
}

/**
 * All features of each customer for message templates, by view and name: `features.rfm.monetary`.
 */
export async function templateValuesOf(
  store: FeatureStore,
  customerIds: readonly number[],
): Promise<Record<string, Record<string, unknown>>[]> {
  const rows = await featureValuesOf(store, customerIds, {});
  return rows.map((values) => {
    const byView: Record<string, Record<string, unknown>> = {};
    for (const { view, name, value } of values) {
      const features = byView[view] ?? {};
      features[name] = value;
      byView[view] = features;
    }
    return byView;
  });
}

function featureValue(row: OnlineRow, reference: string): FeatureValueRow {
  const [view = '', name = ''] = reference.split(':');
  const { value, status, eventTime, age } = row[`${view}__${name}`] as FeatureValue;
  return { name, view, value, status, eventTime, age: age === null ? null : seconds(age) };
}

const seconds = (milliseconds: number) => `${Math.floor(milliseconds / 1_000)}s`;

/** The features that are meant, as `view:feature`, each once. */
function referencesOf(listed: ListedStore, { service, names }: FeatureArguments): string[] {
  if (service && names)
    throw new CameoError('BAD_INPUT', 'Give `service` or `names`, not both.', ['names']);
  if (service) return [...serviceOf(listed, service)];
  const views = listed.views.filter(isOfCustomers);
  if (names) return [...new Set(names.map((name) => referenceOf(views, name)))];
  const stored = views.filter((view) => view.kind !== 'onDemand');
  return stored.flatMap((view) => view.features.map((feature) => `${view.name}:${feature.name}`));
}

const isOfCustomers = (view: ListedView) => view.keys.length === 1 && view.keys[0] === CUSTOMER_KEY;

function serviceOf(listed: ListedStore, name: string): readonly string[] {
  const found = listed.services.find((service) => service.name === name);
  if (found) return found.features;
  const known = listed.services.map((service) => service.name).join(', ');
  const message = `There is no feature service "${name}"; there are: ${known || 'none'}.`;
  throw new CameoError('NOT_FOUND', message, ['service']);
}

function referenceOf(views: readonly ListedView[], name: string): string {
  const holders = views.flatMap((view) =>
    view.features.map((feature) => `${view.name}:${feature.name}`),
  );
  const meant = holders.filter((reference) => reference === name || reference.endsWith(`:${name}`));
  if (meant.length === 1) return meant[0] as string;
  if (meant.length > 1)
    throw new CameoError(
      'BAD_INPUT',
      `"${name}" is a feature of several views: write ${meant.join(' or ')}.`,
      ['names'],
    );
  throw new CameoError('NOT_FOUND', `There is no feature "${name}" of customers.`, ['names']);
}
