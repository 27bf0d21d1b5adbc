import type { Sql } from 'sql-template-tag';
import type { Actor } from '../auth.ts';
import type { Deps } from '../context.ts';
import type { Notifications } from '../notifications.ts';
import type { CustomerFilter } from './customers/list.ts';
import type { OrderDeps } from './customers/order.ts';
import type { FreshnessProvider } from './health.ts';

/** Everything that serves a request, put together once in src/cameo.ts. */
export interface Services extends Deps, OrderDeps {
  readonly notifications: Notifications;
  readonly freshness: readonly FreshnessProvider[];
  readonly traitsSql: (actor: Actor, filter: CustomerFilter) => Sql;
}
