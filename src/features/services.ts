import type { Deps } from '../context.ts';
import type { Notifications } from '../notifications.ts';
import type { OrderDeps } from './customers/order.ts';
import type { FreshnessProvider } from './health.ts';

/** Everything that serves a request, put together once in src/cameo.ts. */
export interface Services extends Deps, OrderDeps {
  readonly notifications: Notifications;
  readonly freshness: readonly FreshnessProvider[];
}
