import type { Clock } from '../clock.ts';
import type { Catalogs, FeatureCatalog } from './segments/catalog.ts';
import type { FeatureStore } from './store/store.ts';

/** Evaluations of this very moment read the stored values; older ones compute from events. */
const MOMENT_MS = 60_000;

/** What segment rules may name: the store's features of customers, and what models predict of them. */
export function storeCatalogs(
  store: FeatureStore,
  clock: Clock,
  predictions: FeatureCatalog,
): Catalogs {
  return {
    features: {
      lookup: (name, at) => {
        const isNow = Math.abs(clock.now().getTime() - at.getTime()) < MOMENT_MS;
        return store.customerFeatureSql(name, isNow ? 'now' : at);
      },
    },
    predictions,
  };
}
