import sql, { type Sql } from 'sql-template-tag';

/** What customers did next. What happened says it: nobody has to label anything. */
export const NEXT_BEHAVIOUR = 'next_behaviour';

/** Whether a task is told from events where no labels of it were imported. */
export const isObserved = (task: string): boolean => task === NEXT_BEHAVIOUR;

/** Properties that say what an event is about, the first that there is. */
const ABOUT = ['category', 'merchantCategory', 'merchant_category'];
const LONGEST_ABOUT = 40;

/**
 * What each living customer of a domain did next, with the columns of `newestLabels`. Each is asked about
 * at one instant between the first event and the last one by `until`, drawn by a hash of the customer's
 * id; `value` is the first event after it in words, such as "order, shoes". Three look-ups a customer.
 */
export const nextBehaviours = (domainId: number, until: Date): Sql => sql`
  select null::bigint as id, c.id as customer_id, null::text as message_id,
    to_jsonb(replace(n.type, '_', ' ') || coalesce(', ' || n.about, '')) as value, asked.at
  from customer c
  cross join lateral (
    select min(e.occurred_at) as first, max(e.occurred_at) as last from event e
    where e.customer_id = c.id and e.occurred_at <= ${until}::timestamptz
  ) span
  cross join lateral (
    select date_trunc('milliseconds', span.first + (span.last - span.first)
      * ((hashint4(c.id)::bigint + 2147483648) / 4294967296.0)::float8) as at
  ) asked
  cross join lateral (
    select e.type, (
      select e.properties ->> k.name from unnest(${ABOUT}::text[]) with ordinality as k(name, i)
      where jsonb_typeof(e.properties -> k.name) = 'string'
        and length(e.properties ->> k.name) between 1 and ${LONGEST_ABOUT}::int
      order by k.i limit 1
    ) as about
    from event e
    where e.customer_id = c.id and e.occurred_at > asked.at
      and e.occurred_at <= ${until}::timestamptz
    order by e.occurred_at, e.id limit 1
  ) n
  where c.domain_id = ${domainId} and c.merged_into_id is null and span.first < span.last`;
