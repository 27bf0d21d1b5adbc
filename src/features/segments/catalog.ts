import type { Sql } from 'sql-template-tag';

/** Where the values of one feature, or of one task's predictions, are found. */
export interface CatalogEntry {
  /** `select customer_id int4, value jsonb`: at most one row a customer; null and no row are the same. */
  readonly valueSql: Sql;
  /**
   * For values that move with the clock without being written anew: how often to ask again, in ms.
   * Left out, a value stands until whoever writes it marks the customer as changed.
   */
  readonly recheckMs?: number;
}

/** The seam to the feature store and the models: what a rule may name. */
export interface FeatureCatalog {
  /** Undefined when there is no such name; the values are those known as of `at`. */
  lookup(name: string, at: Date): CatalogEntry | undefined;
}

export interface Catalogs {
  readonly features: FeatureCatalog;
  readonly predictions: FeatureCatalog;
}

/** A catalogue of nothing: rules that name a feature or a task are refused. */
export const emptyCatalog: FeatureCatalog = { lookup: () => undefined };
