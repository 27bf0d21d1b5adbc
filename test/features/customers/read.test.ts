import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import type { Actor } from '../../../src/auth.ts';
import { systemActor } from '../../../src/auth.ts';
import { customersById, customersByIdentity } from '../../../src/features/customers/customer.ts';
import { identitiesOf } from '../../../src/features/customers/identities.ts';
import { timelinesOf } from '../../../src/features/customers/timeline.ts';
import { countStatements } from '../../helpers/statements.ts';
import { createWorld, type World } from '../../helpers/world.ts';

const everybody = systemActor('test');
const financeOnly: Actor = { id: 'key:1', role: 'reader', domains: ['finance'] };

let world: World;
let ann: number;
let bob: number;
let annInFinance: number;
beforeAll(async () => {
  world = await createWorld();
  const email = { kind: 'email', value: 'ann@example.com' };
  ann = await world.addCustomer({ identities: [email, { kind: 'user_id', value: 'a1' }] });
  bob = await world.addCustomer({ identities: [{ kind: 'user_id', value: 'b1' }] });
  annInFinance = await world.addCustomer({ domain: 'finance', identities: [email] });
  for (const day of ['01', '02', '03', '04', '05'])
    await world.addEvent(ann, {
      type: day === '03' ? 'order' : 'visit',
      at: `2026-01-${day}T00:00:00Z`,
    });
  await world.addEvent(bob, { type: 'visit', at: '2025-06-01T00:00:00Z' });
});
afterAll(() => world.close());

describe('customers by id', () => {
  it('come in the order asked for, with gaps for the unknown', async () => {
    const rows = await customersById(world.db, everybody, [bob, 999_999, ann, bob]);
    expect(rows.map((row) => row?.id)).toEqual([bob, undefined, ann, bob]);
  });

  it('are hidden from a key of another domain', async () => {
    const rows = await customersById(world.db, financeOnly, [ann, annInFinance]);
    expect(rows.map((row) => row?.id)).toEqual([undefined, annInFinance]);
  });

  it('follow merges to the customer that answers now', async () => {
    const [first, second] = [await world.addCustomer(), await world.addCustomer()];
    await world.db.query(sql`update customer set merged_into_id = ${second} where id = ${first}`);
    await world.db.query(sql`update customer set merged_into_id = ${ann} where id = ${second}`);
    const rows = await customersById(world.db, everybody, [first, second]);
    expect(rows.map((row) => row?.id)).toEqual([ann, ann]);
  });
});

describe('customers by identity', () => {
  const email = { kind: 'email', value: 'ann@example.com' };

  it('are found under each of their names', async () => {
    const keys = [
      { kind: 'user_id', value: 'a1', domain: undefined },
      { ...email, domain: 'finance' },
      { kind: 'user_id', value: 'a1', domain: 'finance' },
    ];
    const rows = await customersByIdentity(world.db, everybody, keys);
    expect(rows.map((row) => row?.id)).toEqual([ann, annInFinance, undefined]);
  });

  it('must say the domain when a name is known in several', async () => {
    const asked = customersByIdentity(world.db, everybody, [{ ...email, domain: undefined }]);
    await expect(asked).rejects.toMatchObject({ code: 'CONFLICT', field: ['domain'] });
  });

  it('need not say it when the key sees only one of them', async () => {
    const [row] = await customersByIdentity(world.db, financeOnly, [
      { ...email, domain: undefined },
    ]);
    expect(row?.id).toBe(annInFinance);
  });
});

it('identities come by kind and value, for all customers in one statement', async () => {
  let found: string[][] = [];
  const statements = await countStatements(world.db, async () => {
    const rows = await identitiesOf(world.db, [bob, ann]);
    found = rows.map((list) => list.map(({ kind, value }) => `${kind}=${value}`));
  });
  expect(found).toEqual([['user_id=b1'], ['email=ann@example.com', 'user_id=a1']]);
  expect(statements).toBe(1);
});

describe('a timeline', () => {
  const days = async (args: Parameters<typeof timelinesOf>[2]) => {
    const [page] = await timelinesOf(world.db, [ann], args);
    return page?.rows.map((row) => row.occurredAt.getUTCDate());
  };

  it('is newest first', async () => {
    expect(await days({})).toEqual([5, 4, 3, 2, 1]);
  });

  it('can be cut to types and to a window with both ends inside', async () => {
    expect(await days({ type: ['order'] })).toEqual([3]);
    const window = { from: new Date('2026-01-02T00:00:00Z'), to: new Date('2026-01-04T00:00:00Z') };
    expect(await days(window)).toEqual([4, 3, 2]);
  });

  it('goes on after a cursor until its end', async () => {
    const [first] = await timelinesOf(world.db, [ann], { first: 2 });
    const last = first?.rows.at(-1);
    if (!first || !last) throw new Error('no first page');
    expect(first.hasNextPage).toBe(true);
    const [rest] = await timelinesOf(world.db, [ann], { first: 3, after: first.cursorOf(last) });
    expect(rest?.rows.map((row) => row.occurredAt.getUTCDate())).toEqual([3, 2, 1]);
    expect(rest?.hasNextPage).toBe(false);
  });

  it('of many customers takes one statement', async () => {
    const statements = await countStatements(world.db, () =>
      timelinesOf(world.db, [bob, ann, annInFinance], { first: 3 }),
    );
    expect(statements).toBe(1);
  });

  it.each([0, 101, -1])('has no page of %d', async (first) => {
    await expect(timelinesOf(world.db, [ann], { first })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: ['first'],
    });
  });

  it('refuses the cursor of another list', async () => {
    const foreign = Buffer.from('["x"]').toString('base64url');
    for (const after of ['rubbish', foreign])
      await expect(timelinesOf(world.db, [ann], { after })).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
  });
});
