import type { Clock } from '../../clock.ts';
import { applyDefinitions, describeChanges } from './apply.ts';
import { mapChunks } from './chunks.ts';
import { type Context, createContext } from './context.ts';
import { customerFeature } from './customer-feature.ts';
import type { Change } from './definition-row.ts';
import { type EntityRow, type HistoricalRequest, joinAsOf } from './historical.ts';
import { toInstant } from './instant.ts';
import { linkModel, readLineage } from './lineage.ts';
import { describeStore } from './list.ts';
import { checkSpan, materializeDirty, materializeViews, type OnRefresh } from './materialize.ts';
import { monitorView, type Thresholds } from './monitor.ts';
import { type OnlineRequest, readOnline } from './online.ts';
import { type Executor, executorOn, type StoreDb } from './postgres.ts';
import { type PushRow, pushRows } from './push.ts';
import { expiredCustomers, forgetCustomers, refreshCustomers } from './refresh.ts';
import { createRegistry, type Definition, findView } from './registry.ts';
import { eventViews, type StoredView } from './state.ts';
import { type SavedTrainingSet, saveTrainingSet } from './training-set.ts';
import type { FeatureView } from './view.ts';
import type { KnownAt } from './window-sql.ts';

export interface StoreOptions {
  readonly db: StoreDb;
  readonly clock: Clock;
  readonly definitions: readonly Definition[];
  /** Gets the lines of `apply`'s diff; standard output unless given. */
  readonly print?: (line: string) => void;
  /** What else follows from a customer's change, in the transaction that refreshes its features. */
  readonly onRefresh?: OnRefresh;
}

export type FeatureStore = ReturnType<typeof createFeatureStore>;

/**
 * A feature store of these definitions. Nothing is read or written before the first call.
 * @throws CameoError BAD_INPUT when definitions contradict each other
 */
export function createFeatureStore(options: StoreOptions) {
  const { db, clock } = options;
  let definitions = options.definitions;
  const context = createContext(db, createRegistry(definitions));
  const { state, plan } = context;

  return {
    /** Writes the definitions to their tables and lays out those of their rows. */
    async apply(): Promise<Change[]> {
      const changes = await applyDefinitions(db, context.registry, clock.now());
      context.forget();
      const print = options.print ?? ((line: string) => process.stdout.write(`${line}\n`));
      for (const line of describeChanges(changes)) print(line);
      return changes;
    },

    /**
     * Takes in another definition while it runs, in place of the view of that name; applies it.
     * @throws CameoError CONFLICT when it would break rows stored under the same version
     */
    async define(view: FeatureView): Promise<void> {
      const others = definitions.filter((it) => it.kind !== 'view' || it.name !== view.name);
      const next = createRegistry([...others, view]);
      await applyDefinitions(db, next, clock.now());
      await context.adopt(next);
      definitions = [...others, view];
    },

    /** Adds rows to a pushed view, all or none; gives how many. In the caller's transaction, if given. */
    async push(view: string, rows: readonly PushRow[], tx?: Executor): Promise<number> {
      return pushRows(tx ?? db, await state(), await stored(context, view), rows);
    },

    /** Each row with its features as of its own `at`. */
    async historical(
      request: HistoricalRequest & { rows: readonly EntityRow[] },
    ): Promise<Record<string, unknown>[]> {
      const rows: Record<string, unknown>[] = [];
      for await (const chunk of historicalChunks(context, request, request.rows)) {
        for (const row of chunk) rows.push(row);
      }
      return rows;
    },

    /** The same for any number of rows, a chunk at a time. */
    historicalStream: (
      request: HistoricalRequest & { rows: Iterable<EntityRow> | AsyncIterable<EntityRow> },
    ) => historicalChunks(context, request, request.rows),

    /** Each row with its features as of now: `{ value, status, eventTime, age }` by name. */
    async online(request: OnlineRequest) {
      const planned = await plan(request);
      return readOnline(
        executorOn(db.pool),
        planned,
        await context.kinds(planned),
        { ...request, fresh: request.fresh === true || request.at !== undefined },
        request.at ?? clock.now(),
      );
    },

    /** Computes views anew from all events, and restores pushed ones from their history. */
    async materialize(
      input: {
        views?: readonly string[];
        from?: Date | string;
        to?: Date | string;
        onPage?: (done: number) => void;
      } = {},
    ) {
      const now = clock.now();
      const to = input.to === undefined ? now : toInstant(input.to, 'materialize: "to"');
      const from =
        input.from === undefined ? undefined : toInstant(input.from, 'materialize: "from"');
      checkSpan(from, to, now);
      const names = input.views ?? [...context.registry.views.keys()];
      const views = await Promise.all(names.map((name) => stored(context, name)));
      return materializeViews(db, await state(), { views, from, to, onPage: input.onPage });
    },

    /** Computes views anew for customers that are dirty or whose windows have moved on. */
    materializeIncremental: async () =>
      materializeDirty(db, await state(), clock.now(), options.onRefresh),

    /** For the refresh job: these customers' rows and vectors, in its own transaction. */
    materializeCustomers: async (tx: Executor, customerIds: number[], at: Date): Promise<void> =>
      refreshCustomers(tx, await state(), customerIds, at),

    /** For the refresh job: customers whose rows the passing of time has changed. */
    expired: async (tx: Executor, at: Date, limit: number): Promise<number[]> =>
      expiredCustomers(tx, await state(), at, limit),

    /** Removes all rows about these customers. */
    forgetCustomers: async (tx: Executor, customerIds: number[]): Promise<void> =>
      forgetCustomers(tx, await state(), customerIds),

    /**
     * A feature of all customers that have a value for it, for segment rules: a select of
     * (customer_id int, value jsonb). Undefined when no view has such a feature.
     * @param name `view:feature`, or the feature alone where only one view has it
     */
    customerFeatureSql: (name: string, at: Date | 'now') =>
      customerFeature(
        context.registry,
        context.current(),
        name,
        at === 'now' ? { now: clock.now() } : { at },
      ),

    /** Saves rows with their features as a Parquet file and a table, with a hash of both. */
    async trainingSet(
      request: HistoricalRequest & {
        name: string;
        rows: Iterable<EntityRow> | AsyncIterable<EntityRow>;
        folder?: string;
      },
    ): Promise<SavedTrainingSet> {
      const { name, folder, knownAt } = request;
      return saveTrainingSet(db, {
        name,
        folder,
        plan: await plan(request),
        // Cameo knows when it learnt of each event: by default a model trains on what was known.
        knownAt: knownAt === undefined ? 'events by row' : describeKnown(knownAt),
        chunks: historicalChunks(context, { ...request, knownAt: knownAt ?? 'own' }, request.rows),
        at: clock.now(),
      });
    },

    /** Measures a view's features, stores the figures and the alerts. */
    async monitor(input: {
      view: string;
      from?: Date | string;
      thresholds?: Partial<Thresholds>;
      baseline?: boolean;
    }) {
      const from = input.from === undefined ? undefined : toInstant(input.from, 'monitor: "from"');
      const view = await stored(context, input.view);
      return monitorView(db, { ...input, stored: view, from, now: clock.now() });
    },

    list: () => describeStore(context.registry),
    lineage: async (service: string) =>
      readLineage(executorOn(db.pool), context.registry, await state(), service),
    linkModel: async (service: string, modelVersion: string, tx?: Executor): Promise<void> =>
      linkModel(tx ?? executorOn(db.pool), context.registry, await state(), service, modelVersion),
    get registry() {
      return context.registry;
    },
    /** Reads ids and layouts, which `customerFeatureSql` needs; other calls do it by themselves. */
    ready: async (): Promise<void> => void (await state()),
    state,
    eventViews: async (): Promise<StoredView[]> => eventViews(await state()),
  };
}

async function stored(context: Context, name: string): Promise<StoredView> {
  const view = findView(context.registry, name);
  return (await context.state()).views.get(view.name) as StoredView;
}

/** All chunks see the same state of the database. */
async function* historicalChunks(
  context: Context,
  request: Omit<HistoricalRequest, 'knownAt'> & { knownAt?: KnownAt | 'own' | undefined },
  rows: Iterable<EntityRow> | AsyncIterable<EntityRow>,
): AsyncGenerator<Record<string, unknown>[]> {
  const plan = await context.plan(request);
  const kinds = await context.kinds(plan);
  yield* mapChunks(context.db, rows, (tx, chunk) =>
    joinAsOf(tx, plan, kinds, chunk, request.knownAt ?? 'event'),
  );
}

const describeKnown = (knownAt: KnownAt): string =>
  knownAt instanceof Date ? knownAt.toISOString() : knownAt;
