import DataLoader from 'dataloader';
import type { Actor } from '../auth.ts';
import { type AttributeRow, attributesOf } from '../features/attributes/attributes.ts';
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
import { type LikePair, reasonsOf } from '../features/embeddings/because.ts';
import {
  type SimilarArguments,
  type SimilarRow,
  similarCustomers,
} from '../features/embeddings/similar.ts';
import { type CurveRow, curvesOf } from '../features/models/curve.ts';
import { type ModelRow, modelsById } from '../features/models/model.ts';
import { type PredictionRow, predictionsOf } from '../features/models/predictions.ts';
import { runsOf, type TrainingRunRow } from '../features/models/run.ts';
import { type VersionRow, versionsById, versionsOf } from '../features/models/version.ts';
import type { Page, PageArguments } from '../features/page.ts';
import { type Lookalike, lookalikesOf } from '../features/segments/lookalike/lookalike.ts';
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

import {
  type AlertRow,
  alertsOf,
  type StatisticRow,
  statisticsOf,
} from '../features/serving/view-statistics.ts';
import type { Gather } from './gather.ts';

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
  /** By segment id. */
  readonly lookalike: ById<Lookalike | null>;
  readonly similar: (args: SimilarArguments) => ById<SimilarRow[]>;
  readonly because: DataLoader<LikePair, string[], string>;
  /** By the name of a feature view. */
  readonly statistics: DataLoader<string, StatisticRow[]>;
  readonly alerts: (first: number) => DataLoader<string, AlertRow[]>;
  readonly timeline: (args: TimelineArguments) => ById<Page<EventRow>>;
  readonly predictions: (args: { tasks: readonly string[] | undefined }) => ById<PredictionRow[]>;
  readonly attributes: (args: { names: readonly string[] | undefined }) => ById<AttributeRow[]>;
  /** By model id. */
  readonly model: ById<ModelRow | undefined>;
  readonly modelVersions: (args: VersionArguments) => ById<Page<VersionRow>>;
  readonly trainingRuns: (first: number) => ById<TrainingRunRow[]>;
  readonly modelVersion: ById<VersionRow | undefined>;
  /** By run id. */
  readonly curve: DataLoader<string, CurveRow[]>;
}

type VersionArguments = Pick<PageArguments, 'first' | 'after'>;

/** `gather` is shared by all requests of the process. */
export function createLoaders(services: Services, actor: Actor, gather: Gather): Loaders {
  const { db, store } = services;
  const byId = <Value>(topic: string, read: (ids: readonly number[]) => Promise<Value[]>) =>
    new DataLoader<number, Value>((ids) => gather(`${actor.id} ${topic}`, ids, read));
  const byIdWith = <Arguments, Value>(
    topic: string,
    read: (ids: readonly number[], args: Arguments) => Promise<Value[]>,
  ) =>
    byArguments((args: Arguments, key) => byId<Value>(`${topic} ${key}`, (ids) => read(ids, args)));
  return {
    customer: byId('customer', (ids) => customersById(db, actor, ids)),
    // Not gathered: an ambiguous name must fail its own request alone.
    customerByIdentity: new DataLoader((keys) => customersByIdentity(db, actor, keys), {
      cacheKeyFn: (key) => JSON.stringify([key.domain ?? null, key.kind, key.value]),
    }),
    identities: byId('identities', (ids) => identitiesOf(db, ids)),
    features: byIdWith('features', (ids, args) => featureValuesOf(store, ids, args)),
    segments: byIdWith('segments', (ids, { at }) => segmentsOf(db, actor, ids, at)),
    strategy: byId('strategy', (ids) => strategiesOf(services, ids)),
    nextBestActions: byId('actions', (ids) =>
      nextBestActions(services, actor, ids, (of) => templateValuesOf(store, of)),
    ),
    lookalike: byId('lookalike', (ids) => lookalikesOf(db, ids)),
    similar: byIdWith('similar', (ids, args) => similarCustomers(services, actor, ids, args)),
    because: new DataLoader((pairs) => reasonsOf(services, pairs), {
      cacheKeyFn: ({ of, id }) => `${of} ${id}`,
    }),
    statistics: new DataLoader((views) => statisticsOf(db, views)),
    alerts: byArguments((first) => new DataLoader((views) => alertsOf(db, views, first))),
    timeline: byIdWith('timeline', (ids, args) => timelinesOf(db, ids, args)),
    predictions: byIdWith('predictions', (ids, { tasks }) => predictionsOf(db, ids, tasks)),
    attributes: byIdWith('attributes', (ids, { names }) => attributesOf(services, ids, names)),
    model: new DataLoader((ids) => modelsById(db, actor, ids)),
    modelVersions: byArguments((args) => new DataLoader((ids) => versionsOf(db, ids, args))),
    trainingRuns: byArguments((first) => new DataLoader((ids) => runsOf(db, ids, first))),
    modelVersion: new DataLoader((ids) => versionsById(db, actor, ids)),
    curve: new DataLoader((ids) => curvesOf(db, ids)),
  };
}

/** One loader for each different set of arguments. */
function byArguments<Arguments, Loader>(
  create: (args: Arguments, key: string) => Loader,
): (args: Arguments) => Loader {
  const loaders = new Map<string, Loader>();
  return (args) => {
    const key = JSON.stringify(args);
    const loader = loaders.get(key) ?? create(args, key);
    loaders.set(key, loader);
    return loader;
  };
}
