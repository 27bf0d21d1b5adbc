import sql from 'sql-template-tag';
import type { Clock } from '../../clock.ts';
import type { Queryable } from '../../db.ts';
import { groupInOrder } from '../batch.ts';
import { servingModels } from '../models/predict/serving.ts';
import type { Json } from '../segments/rule/types.ts';

/** What is known of one attribute of a customer. */
export interface AttributeRow {
  readonly customerId: number;
  readonly name: string;
  /** A text or a list of texts; what a label says; null: unknown. */
  readonly value: Json;
  readonly unknown: boolean;
  /** That the version's answer is right, calibrated; null where a label speaks. */
  readonly confidence: number | null;
  readonly source: 'MODEL' | 'LABEL';
  /** Of the version that writes the attribute, also where a label speaks. */
  readonly versionId: number;
  readonly at: Date;
}

/**
 * The attributes of each customer by name, in the order of `customerIds`, in two statements: what the
 * text-to-text models that serve the customer's domain have written. The newest label about the customer
 * (not about one of its texts) speaks in a model's place.
 * @param names all when absent
 */
export async function attributesOf(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  customerIds: readonly number[],
  names?: readonly string[] | null,
): Promise<AttributeRow[][]> {
  const served = (await servingModels(db))
    .filter(({ kind }) => kind === 'GENERATE')
    .flatMap(({ domainId, versionId, tasks }) =>
      tasks.map((task) => ({ domain_id: domainId, version_id: versionId, task })),
    )
    .filter(({ task }) => !names || names.includes(task));
  if (served.length === 0) return customerIds.map(() => []);
  const rows = await db.query<AttributeRow>(sql`
    select c.id as "customerId", s.task as name,
      case when l.id is null then p.value else l.value end as value,
      l.id is null and p.value is null as unknown,
      case when l.id is null then p.probability end as confidence,
      case when l.id is null then 'MODEL' else 'LABEL' end as source,
      coalesce(p.version_id, s.version_id) as "versionId", coalesce(l.at, p.at) as at
    from customer c
      join jsonb_to_recordset(${JSON.stringify(served)}::jsonb)
        as s (domain_id int, version_id int, task text) on s.domain_id = c.domain_id
      left join prediction p on p.customer_id = c.id and p.task = s.task
      left join lateral (
        select id, value, at from label
        where customer_id = c.id and task = s.task and message_id is null
          and at <= ${clock.now()}::timestamptz
        order by at desc, id desc limit 1
      ) l on true
    where c.id = any(${customerIds}::int[]) and (p.task is not null or l.id is not null)
    order by c.id, s.task`);
  return groupInOrder(customerIds, rows, ({ customerId }) => customerId);
}
