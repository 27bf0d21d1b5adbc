import sql from 'sql-template-tag';
import { labelsImport } from '../../../src/features/events/labels-import.ts';
import {
  count,
  daysSince,
  entity,
  events,
  featureService,
  featureView,
  last,
  list,
  pushed,
  sum,
  text,
  vector,
} from '../../../src/features/store/index.ts';
import { createFeatureStore } from '../../../src/features/store/store.ts';
import type {
  RowsDeps,
  RowsRequest,
  TrainingRows,
} from '../../../src/features/training/request.ts';
import type { TrainingRow } from '../../../src/ml/run/spec.ts';
import { actor, createStage, event, names, type Stage } from '../events/harness.ts';

const customer = entity('customer', { keys: ['customer_id'] });
const orders = featureView('orders', {
  entity: customer,
  ttl: 0,
  source: events('order'),
  features: {
    orders: count(),
    spend_30d: sum('amount').over('30d'),
    last_order_at: last('occurredAt'),
    recency_days: daysSince('last_order_at'),
  },
});
const said = featureView('said', {
  entity: customer,
  ttl: 0,
  source: events('chat'),
  features: { last_said: last('text') },
});
const given = featureView('given', {
  entity: customer,
  ttl: 0,
  source: pushed(),
  features: { tags: list(text()), taste: vector(2) },
});

/** An empty database with a store of three small views, and short ways to put things in. */
export interface RowsStage extends Stage, RowsDeps {
  readonly clock: Stage['clock'];
  request(over: Partial<RowsRequest>): Promise<RowsRequest>;
  /** Labels by identity (`user_id:a`) or message (`#m1`). */
  label(task: string, labels: readonly [of: string, value: unknown, at?: string][]): Promise<void>;
}

export async function createRowsStage(): Promise<RowsStage> {
  const stage = await createStage();
  const store = createFeatureStore({
    db: stage.db,
    clock: stage.clock,
    definitions: [featureService('all', [orders, said, given])],
    print: () => {},
  });
  await store.apply();
  return {
    ...stage,
    store,
    async request(over) {
      const rows = await stage.db.query<{ id: number; key: string }>(
        sql`select id, key from domain where key = 'retail'`,
      );
      const [domain = { id: 0, key: 'none' }] = rows;
      return { domain, task: { kind: 'CLASSIFY', labels: 'task' }, text: 'NONE', ...over };
    },
    async label(task, labels) {
      const { userErrors } = await labelsImport(stage, actor, {
        domain: 'retail',
        task,
        labels: labels.map(([of, value, at]) => ({
          ...(of.startsWith('#')
            ? { messageId: of.slice(1) }
            : { customer: { identity: names(of)[0] ?? { kind: '', value: '' } } }),
          value,
          at,
        })),
      });
      if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
    },
  };
}

/** The same with `people` in it, each of whom wrote "red hat" in the event `m-<name>`. */
export async function createPeopledStage(people: readonly string[]): Promise<RowsStage> {
  const stage = await createRowsStage();
  await stage.ingest(
    people.map((who) => event(`m-${who}`, names(`user_id:${who}`), { text: 'red hat' })),
  );
  return stage;
}

/** All rows there are. */
export async function read(rows: TrainingRows): Promise<TrainingRow[]> {
  const all: TrainingRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
