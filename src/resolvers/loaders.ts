import DataLoader from 'dataloader';
import type { Actor } from '../auth.ts';
import {
  type CustomerRow,
  customersById,
  customersByIdentity,
  type IdentityKey,
} from '../features/customers/customer.ts';
import { type IdentityRow, identitiesOf } from '../features/customers/identities.ts';
import {
  type EventRow,
  type TimelineArguments,
  timelinesOf,
} from '../features/customers/timeline.ts';
import type { Page } from '../features/page.ts';
import { type MembershipRow, segmentsOf } from '../features/segments/membership.ts';
import {
  type NextBestAction,
  nextBestActions,
} from '../features/segments/strategy/next-best-actions.ts';
import { type Strategy, strategiesOf } from '../features/segments/strategy/strategy.ts';
import type { Services } from '../features/services.ts';
import {
  type FeatureArguments,
  type FeatureValueRow,
  featureValuesOf,
  templateValuesOf,
} from '../features/serving/feature-values.ts';

/** Loads by customer id, with the same arguments for all customers of a batch. */
type ById<Value> = DataLoader<number, Value>;

/** One request's loaders: whatever the page size, one statement each. */
export interface Loaders {
  readonly customer: ById<CustomerRow | undefined>;
  readonly customerByIdentity: DataLoader<IdentityKey, CustomerRow | undefined, string>;
  readonly identities: ById<IdentityRow[]>;
  readonly features: (args: FeatureArguments) => ById<FeatureValueRow[]>;
  readonly segments: (args: { at: Date | undefined }) => ById<MembershipRow[]>;
  /** By segment id. */
  readonly strategy: ById<Strategy | null>;
  readonly nextBestActions: ById<NextBestAction[]>;
  readonly timeline: (args: TimelineArguments) => ById<Page<EventRow>>;
}

export function createLoaders(services: Services, actor: Actor): Loaders {
  const { db, store } = services;
  return {
    customer: new DataLoader((ids) => customersById(db, actor, ids)),
    customerByIdentity: new DataLoader((keys) => customersByIdentity(db, actor, keys), {
      cacheKeyFn: (key) => JSON.stringify([key.domain ?? null, key.kind, key.value]),
    }),
    identities: new DataLoader((ids) => identitiesOf(db, ids)),
    features: byArguments((args) => new DataLoader((ids) => featureValuesOf(store, ids, args))),
    segments: byArguments(({ at }) => new DataLoader((ids) => segmentsOf(db, actor, ids, at))),
    strategy: new DataLoader((ids) => strategiesOf(services, ids)),
    nextBestActions: new DataLoader((ids) =>
      nextBestActions(services, actor, ids, (of) => templateValuesOf(store, of)),
    ),
    timeline: byArguments((args) => new DataLoader((ids) => timelinesOf(db, ids, args))),
  };
}

/** One loader for each different set of arguments. */
export function byArguments<Arguments, Loader>(
  create: (args: Arguments) => Loader,
): (args: Arguments) => Loader {
  const loaders = new Map<string, Loader>();
  return (args) => {
    const key = JSON.stringify(args);
    const loader = loaders.get(key) ?? create(args);
    loaders.set(key, loader);
    return loader;
  };
}
