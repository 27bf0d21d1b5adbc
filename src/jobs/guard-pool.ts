import type pg from 'pg';

const guarded = new WeakSet<pg.Pool>();
const ignore = () => {};

/**
 * A connection that breaks while a job or transaction holds it emits an error that would end the
 * process; the statement that it was used for fails anyway, and reports it.
 */
export function guardPool(pool: pg.Pool): void {
  if (guarded.has(pool)) return;
  guarded.add(pool);
  pool.on('connect', (client) => client.on('error', ignore));
  // For connections that were made before this ran.
  pool.on('acquire', (client) => {
    if (client.listenerCount('error') === 0) client.on('error', ignore);
  });
}
