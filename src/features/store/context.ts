import type { KeyKind } from './entity.ts';
import { knownKinds } from './key-kinds.ts';
import { type FeatureRequest, type Plan, planFeatures } from './plan.ts';
import { executorOn, type StoreDb } from './postgres.ts';
import type { Registry } from './registry.ts';
import { readState, type State } from './state.ts';

/** What the calls of one store share: the database's state and the plans made so far. */
export interface Context {
  readonly db: StoreDb;
  readonly registry: Registry;
  state(): Promise<State>;
  current(): State;
  plan(request: FeatureRequest): Promise<Plan>;
  kinds(plan: Plan): Promise<ReadonlyMap<string, readonly KeyKind[]>>;
  forget(): void;
  /** Goes on with other definitions, which have been applied. */
  adopt(registry: Registry): Promise<void>;
}

const MOST_PLANS = 200;

export function createContext(db: StoreDb, given: Registry): Context {
  let registry = given;
  let pending: Promise<State> | undefined;
  let current: State | undefined;
  const plans = new Map<string, Plan>();
  const state = (): Promise<State> => {
    pending ??= readState(executorOn(db.pool), registry).then(
      (read) => {
        current = read;
        return read;
      },
      (error: unknown) => {
        pending = undefined;
        throw error;
      },
    );
    return pending;
  };
  return {
    db,
    get registry() {
      return registry;
    },
    state,
    current: () => {
      if (current) return current;
      throw new Error('customerFeatureSql: await store.ready() or store.apply() first.');
    },
    forget: () => {
      pending = undefined;
      plans.clear();
    },
    async adopt(next) {
      // Read first: until then, calls go on with what they know.
      const read = await readState(executorOn(db.pool), next);
      registry = next;
      current = read;
      pending = Promise.resolve(read);
      plans.clear();
    },
    async plan({ features, service, fullNames, joinKeyMap }) {
      const name = typeof service === 'object' ? service.name : service;
      const key = JSON.stringify([features, name, fullNames, joinKeyMap]);
      const known = plans.get(key);
      if (known) return known;
      const made = planFeatures(registry, await state(), {
        features,
        service,
        fullNames,
        joinKeyMap,
      });
      if (plans.size >= MOST_PLANS) plans.clear();
      plans.set(key, made);
      return made;
    },
    async kinds(plan) {
      const known = await state();
      const entities = plan.groups.map(({ stored }) => stored.view.entity);
      for (const entity of entities) {
        // Almost always known; then nothing waits.
        if (!known.keyKinds.has(entity.name)) await knownKinds(db, known, entity);
      }
      return known.keyKinds;
    },
  };
}
