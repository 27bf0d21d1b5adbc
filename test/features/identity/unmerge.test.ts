import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import type { Actor } from '../../../src/auth.ts';
import { customerIdentify } from '../../../src/features/identity/customer-identify.ts';
import { customerMerge } from '../../../src/features/identity/customer-merge.ts';
import { customerUnmerge } from '../../../src/features/identity/customer-unmerge.ts';
import {
  actor,
  createStage,
  event,
  holderOf,
  messagesOf,
  names,
  type Stage,
} from '../events/harness.ts';

let stage: Stage;
let worlds = 0;

beforeAll(async () => {
  stage = await createStage();
});

afterAll(() => stage.close());

const key = (name: string) => ({ identity: names(name)[0] ?? { kind: '', value: '' } });

const merge = (into: string, from: string, domain = 'retail') =>
  customerMerge(stage, actor, { into: key(into), from: key(from), domain });

const unmerge = (mergeId: number | null) =>
  customerUnmerge(stage, actor, { mergeId: String(mergeId) });

/** All that is kept of the customers of a domain, ids of customers replaced by their first name. */
async function readCustomers(domain: string): Promise<unknown[]> {
  const rows = await stage.db.query<{ customer: unknown }>(sql`
    SELECT jsonb_build_object(
      'names', (SELECT jsonb_agg(kind || ':' || value ORDER BY kind, value)
        FROM identity WHERE customer_id = c.id),
      'traits', traits, 'first', first_seen_at, 'last', last_seen_at,
      'history', (SELECT jsonb_agg(jsonb_build_array(name, value, at) ORDER BY name, at, id)
        FROM trait_value WHERE customer_id = c.id),
      'events', (SELECT jsonb_agg(message_id ORDER BY message_id)
        FROM event WHERE customer_id = c.id),
      'stays', (SELECT jsonb_agg(
          jsonb_build_array(segment_id, entered_at, exited_at, next_transition_at,
            origin_customer_id IS NULL) ORDER BY segment_id, entered_at)
        FROM segment_membership WHERE customer_id = c.id),
      'lists', (SELECT jsonb_agg(segment_id ORDER BY segment_id)
        FROM segment_list_member WHERE customer_id = c.id),
      'labels', (SELECT jsonb_agg(task ORDER BY task) FROM label WHERE customer_id = c.id),
      'predictions', (SELECT jsonb_agg(
          jsonb_build_array(task, value, origin_customer_id IS NULL) ORDER BY task)
        FROM prediction WHERE customer_id = c.id)
    ) AS customer
    FROM customer c JOIN domain d ON d.id = c.domain_id
    WHERE d.key = ${domain} AND merged_into_id IS NULL`);
  return rows.map(({ customer }) => customer).sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

const text = (value: unknown) => JSON.stringify(value);

interface Step {
  who: number;
  kind: 'event' | 'trait' | 'name' | 'stay' | 'listed' | 'label' | 'predicted';
  n: number;
}

const steps = (kinds: Step['kind'][]) =>
  fc.array(
    fc.record({
      who: fc.integer({ min: 0, max: 2 }),
      kind: fc.constantFrom(...kinds),
      n: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 14 },
  );

/** Carries a step out on the customer that goes by `user_id:p<who>`. */
async function take(domain: string, { who, kind, n }: Step, place: number): Promise<void> {
  const user = `user_id:p${who}`;
  const at = new Date(Date.UTC(2026, 0, 1 + n, place));
  if (kind === 'event')
    await stage.ingest([event(`${place}`, names(user), { occurredAt: at })], domain);
  if (kind === 'name')
    await stage.ingest([event(`${place}`, names(user, `email:${n}-${who}`))], domain);
  if (kind === 'trait')
    await customerIdentify(stage, actor, {
      domain,
      identities: names(user),
      traits: { [`trait${n % 4}`]: n === 9 ? null : place },
      at,
    });
  const id = await holderOf(stage.db, user, domain);
  if (kind === 'stay')
    await stage.db.query(sql`
      INSERT INTO segment_membership (customer_id, segment_id, entered_at, exited_at)
      SELECT ${id}, ${1 + (n % 3)}, ${at}, ${n < 5 ? null : new Date(at.getTime() + 5e8)}
      WHERE NOT EXISTS (SELECT FROM segment_membership
        WHERE customer_id = ${id} AND segment_id = ${1 + (n % 3)})`);
  if (kind === 'listed')
    await stage.db.query(sql`
      INSERT INTO segment_list_member (customer_id, segment_id) VALUES (${id}, ${1 + (n % 3)})
      ON CONFLICT DO NOTHING`);
  if (kind === 'label')
    await stage.db.query(sql`
      INSERT INTO label (customer_id, domain_id, task, value, at, source)
      SELECT ${id}, domain_id, ${`task${n}`}, '1', ${at}, 'test' FROM customer WHERE id = ${id}`);
  if (kind === 'predicted')
    await stage.db.query(sql`
      INSERT INTO prediction (customer_id, task, version_id, value, reasons, input_hash, at)
      VALUES (${id}, ${`task${n % 3}`}, 1, ${JSON.stringify(place)}, '[]', '', ${at})
      ON CONFLICT (customer_id, task) DO UPDATE SET value = excluded.value`);
}

async function start(domain: string, before: readonly Step[]): Promise<void> {
  for (const who of [0, 1, 2])
    await stage.ingest([event(`start${who}`, names(`user_id:p${who}`))], domain);
  for (const [place, step] of before.entries()) await take(domain, step, place);
}

const before = steps(['event', 'trait', 'name', 'stay', 'listed', 'label', 'predicted']);
const later = steps(['event', 'trait', 'name']);

describe('customerUnmerge', () => {
  beforeAll(async () => {
    await stage.ingest([event('x', names('user_id:x'))], 'segments');
    await stage.db.query(sql`
      INSERT INTO segment (id, key, domain_id, name, kind)
      SELECT n, 'segment' || n, domain.id, '', 'RULE' FROM domain, generate_series(1, 3) n`);
    await stage.db.query(sql`
      WITH m AS (
        INSERT INTO model (name, domain_id, kind, labels, training)
        SELECT 'm', id, 'CLASSIFY', 'task0', '{}' FROM domain RETURNING id
      )
      INSERT INTO model_version (id, model_id, number, data_hash, rows, code_version, spec,
        hyperparameters, metrics, baselines, winner, decided_by, artefact)
      SELECT 1, id, 1, '', '{}', '', '{}', '{}', '{}', '{}', 'model', '', '' FROM m`);
  });

  it('restores everyone as if the merges had not been, also after later events', async () => {
    await fc.assert(
      fc.asyncProperty(before, later, fc.boolean(), async (past, future, newestFirst) => {
        worlds += 1;
        const [merged, plain] = [`merged-${worlds}`, `plain-${worlds}`];
        await start(merged, past);
        await start(plain, past);
        // 0 <- 1 <- 2: a chain.
        const first = await merge('user_id:p1', 'user_id:p2', merged);
        const second = await merge('user_id:p0', 'user_id:p1', merged);
        expect(await readCustomers(merged)).toHaveLength(1);
        for (const [index, step] of future.entries()) {
          await take(merged, step, 100 + index);
          await take(plain, step, 100 + index);
        }
        const edges = [first.mergeId, second.mergeId];
        for (const edge of newestFirst ? edges.reverse() : edges) {
          expect((await unmerge(edge)).userErrors).toEqual([]);
        }
        expect(await readCustomers(merged)).toEqual(await readCustomers(plain));
      }),
      { numRuns: 30 },
    );
  }, 300_000);

  it('of the first link of a chain leaves the rest merged', async () => {
    for (const name of ['a', 'b', 'c'])
      await stage.ingest([event(`chain ${name}`, names(`user_id:chain ${name}`))]);
    const first = await merge('user_id:chain b', 'user_id:chain c');
    await merge('user_id:chain a', 'user_id:chain b');
    const c = await holderOf(stage.db, 'user_id:chain c');
    await unmerge(first.mergeId);
    const a = await holderOf(stage.db, 'user_id:chain a');
    expect(c).toBe(a);
    expect(await messagesOf(stage.db, a)).toEqual(['chain a', 'chain b']);
    expect(await messagesOf(stage.db, await holderOf(stage.db, 'user_id:chain c'))).toEqual([
      'chain c',
    ]);
  });

  it('brings to light a trait that had been hidden behind one that leaves', async () => {
    for (const [name, traits] of [
      ['a', {}],
      ['b', { city: 'Bonn' }],
      ['c', { city: 'Cork' }],
    ] as const)
      await customerIdentify(stage, actor, {
        domain: 'retail',
        identities: names(`user_id:light ${name}`),
        traits,
      });
    const merging = await merge('user_id:light a', 'user_id:light c');
    await merge('user_id:light a', 'user_id:light b');
    const cityOf = async (name: string) => {
      const id = await holderOf(stage.db, name);
      const [row] = await stage.db.query<{ city: string }>(
        sql`SELECT traits->>'city' AS city FROM customer WHERE id = ${id}`,
      );
      return row?.city;
    };
    expect(await cityOf('user_id:light a')).toBe('Cork');
    await unmerge(merging.mergeId);
    expect(await cityOf('user_id:light a')).toBe('Bonn');
    expect(await cityOf('user_id:light c')).toBe('Cork');
  });

  it('puts stays back that a refresh has closed or opened in between', async () => {
    await stage.ingest([
      event('stay a', names('user_id:stay a')),
      event('stay b', names('user_id:stay b')),
    ]);
    const a = await holderOf(stage.db, 'user_id:stay a');
    const b = await holderOf(stage.db, 'user_id:stay b');
    await stage.db.query(sql`
      INSERT INTO segment_membership (customer_id, segment_id, entered_at) VALUES
        (${a}, 1, '2026-01-01Z'), (${b}, 2, '2026-02-01Z')`);
    const { mergeId } = await merge('user_id:stay a', 'user_id:stay b');
    await stage.db.query(
      sql`UPDATE segment_membership SET exited_at = '2026-03-01Z' WHERE customer_id = ${a}`,
    );
    await unmerge(mergeId);
    const stays = await stage.db.query(sql`
      SELECT customer_id AS id, segment_id AS segment, exited_at AS exited FROM segment_membership
      WHERE customer_id IN (${a}, ${b}) ORDER BY segment_id`);
    expect(stays).toEqual([
      { id: a, segment: 1, exited: null },
      { id: b, segment: 2, exited: null },
    ]);
  });

  it('gives a replay the customer that has the event now', async () => {
    await stage.ingest([
      event('replay a', names('user_id:replay a')),
      event('replay b', names('user_id:replay b')),
    ]);
    const { mergeId } = await merge('user_id:replay a', 'user_id:replay b');
    const replay = async () =>
      (await stage.ingest([event('replay b', names('user_id:replay b'))])).receipts[0]?.customerId;
    expect(await replay()).toBe(await holderOf(stage.db, 'user_id:replay a'));
    await unmerge(mergeId);
    expect(await replay()).toBe(await holderOf(stage.db, 'user_id:replay b'));
    expect(await replay()).not.toBe(await holderOf(stage.db, 'user_id:replay a'));
  });

  it('takes a merge back once, and only one that there is', async () => {
    await stage.ingest([
      event('twice a', names('user_id:twice a')),
      event('twice b', names('user_id:twice b')),
    ]);
    const { mergeId } = await merge('user_id:twice a', 'user_id:twice b');
    await unmerge(mergeId);
    expect(await unmerge(mergeId)).toMatchObject({ userErrors: [{ code: 'CONFLICT' }] });
    for (const id of [0, -1, 99_999_999, 'x', '1e3', '99999999999999999999'])
      expect(await customerUnmerge(stage, actor, { mergeId: String(id) })).toMatchObject({
        customerIds: [],
        userErrors: [{ code: 'NOT_FOUND', field: ['mergeId'] }],
      });
    const edges = await stage.db.query(sql`
      SELECT reverts_id AS reverts FROM identity_merge
      WHERE id = ${mergeId} OR reverts_id = ${mergeId} ORDER BY id`);
    expect(edges).toEqual([{ reverts: null }, { reverts: mergeId }]);
  });
});

describe('customerMerge', () => {
  it('merges identified customers, by id or name, and marks both as changed', async () => {
    await stage.ingest([event('m a', names('user_id:m a')), event('m b', names('user_id:m b'))]);
    const [a, b] = [
      await holderOf(stage.db, 'user_id:m a'),
      await holderOf(stage.db, 'user_id:m b'),
    ];
    const merged = await customerMerge(stage, actor, {
      into: { id: String(a) },
      from: { id: String(b) },
      domain: 'retail',
    });
    expect(merged).toEqual({ customerId: a, mergeId: expect.any(Number), userErrors: [] });
    expect(await messagesOf(stage.db, a)).toEqual(['m a', 'm b']);
    const changes = await stage.db.query<{ id: number }>(sql`
      SELECT customer_id AS id FROM customer_change WHERE customer_id IN (${a}, ${b})
      GROUP BY 1 HAVING count(*) = 2 ORDER BY 1`);
    expect(changes.map(({ id }) => id).sort()).toEqual([a, b].sort());
    // The merged one answers for the living one from here on.
    expect(
      await customerMerge(stage, actor, {
        into: { id: String(b) },
        from: { id: String(a) },
        domain: 'retail',
      }),
    ).toEqual({
      customerId: a,
      mergeId: null,
      userErrors: [],
    });
  });

  it('refuses what is not there, in another domain or not for the key', async () => {
    await stage.ingest([event('r', names('user_id:r'))]);
    await stage.ingest([event('r', names('user_id:other'))], 'finance');
    const other = await holderOf(stage.db, 'user_id:other', 'finance');
    expect(await merge('user_id:r', 'user_id:nobody')).toMatchObject({
      customerId: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['from'] }],
    });
    expect(
      await customerMerge(stage, actor, {
        into: key('user_id:r'),
        from: { id: String(other) },
        domain: 'retail',
      }),
    ).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', field: ['from'] }] });
    const reader: Actor = { id: 'key:2', role: 'reader', domains: 'all' };
    await expect(
      customerMerge(stage, reader, { into: key('user_id:r'), from: key('user_id:r') }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
