import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import type { Actor } from '../../../src/auth.ts';
import { systemActor } from '../../../src/auth.ts';
import type { CustomerRow } from '../../../src/features/customers/customer.ts';
import {
  type CustomerFilter,
  countCustomers,
  listCustomers,
} from '../../../src/features/customers/list.ts';
import type { CustomerOrder } from '../../../src/features/customers/order.ts';
import type { Page, PageArguments } from '../../../src/features/page.ts';
import { createWorld, type World } from '../../helpers/world.ts';

const everybody = systemActor('test');
const financeOnly: Actor = { id: 'key:1', role: 'reader', domains: ['finance'] };
const PEOPLE = 25;

let world: World;
let ids: number[];
beforeAll(async () => {
  world = await createWorld();
  ids = [];
  for (let i = 0; i < PEOPLE; i += 1)
    ids.push(
      await world.addCustomer({
        domain: i < 20 ? 'retail' : 'finance',
        // Ties in threes, and every seventh never seen.
        lastSeenAt:
          i % 7 === 0
            ? null
            : `2026-02-${String(1 + Math.floor(i / 3)).padStart(2, '0')}T00:00:00Z`,
      }),
    );
});
afterAll(() => world.close());

/** The spend of customer number i is i² modulo 11; some have none. */
const spend = (i: number) => (i % 5 === 0 ? null : (i * i) % 11);
const sortableFeature = (name: string) =>
  name === 'spend'
    ? sql`select * from unnest(${ids}::int[], ${ids.map((_, i) => spend(i))}::float8[])
        as s(customer_id, value) where value is not null`
    : undefined;

const list = (page: PageArguments, order: CustomerOrder[] = [], filter: CustomerFilter = {}) =>
  listCustomers({ db: world.db, sortableFeature }, everybody, filter, order, page);

/** Turns every page from one end to the other. */
async function walk(order: CustomerOrder[], size: number, backwards = false): Promise<number[]> {
  const pages: number[][] = [];
  let cursor: string | undefined;
  for (;;) {
    const args = backwards
      ? { last: size, ...(cursor && { before: cursor }) }
      : { first: size, ...(cursor && { after: cursor }) };
    const page: Page<CustomerRow> = await list(args, order);
    pages.push(page.rows.map((row) => row.id));
    const edge = backwards ? page.rows[0] : page.rows.at(-1);
    const more = backwards ? page.hasPreviousPage : page.hasNextPage;
    if (!more || !edge) return (backwards ? pages.reverse() : pages).flat();
    cursor = page.cursorOf(edge);
  }
}

const bySpend = (direction: 'ASC' | 'DESC') => {
  const sign = direction === 'ASC' ? 1 : -1;
  return ids
    .map((id, i) => ({ id, value: spend(i) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null)
        return Number(a.value === null) - Number(b.value === null) || a.id - b.id;
      return sign * (a.value - b.value) || a.id - b.id;
    })
    .map(({ id }) => id);
};

describe('pages of customers', () => {
  it.each([1, 4, 25, 100])('of %d give everybody once, in the order of ids', async (size) => {
    expect(await walk([], size)).toEqual(ids);
    expect(await walk([], size, true)).toEqual(ids);
  });

  it.each(['ASC', 'DESC'] as const)(
    'by a feature %s put those without it last',
    async (direction) => {
      expect(await walk([{ feature: 'spend', direction }], 4)).toEqual(bySpend(direction));
      expect(await walk([{ feature: 'spend', direction }], 4, true)).toEqual(bySpend(direction));
    },
  );

  it('by last seen break ties by id and put the never seen last', async () => {
    const found = await walk([{ field: 'LAST_SEEN_AT' }], 4);
    const never = ids.filter((_, i) => i % 7 === 0);
    expect(found).toEqual([...ids.filter((_, i) => i % 7 !== 0), ...never]);
  });

  it('can be turned round', async () => {
    expect(await walk([{ field: 'ID', direction: 'DESC' }], 7)).toEqual([...ids].reverse());
  });
});

describe('a filter', () => {
  it('by domain and by time counts what it lists', async () => {
    const filter = { domain: 'retail', lastSeenAt: { gte: new Date('2026-02-03T00:00:00Z') } };
    const expected = ids.filter((_, i) => i < 20 && i % 7 !== 0 && i >= 6);
    const page = await list({ first: 100 }, [], filter);
    expect(page.rows.map((row) => row.id)).toEqual(expected);
    expect(await countCustomers(world.db, everybody, filter)).toBe(expected.length);
  });

  it('never shows a domain that the key is not for', async () => {
    const deps = { db: world.db, sortableFeature };
    const page = await listCustomers(deps, financeOnly, {}, [], { first: 100 });
    expect(page.rows.map((row) => row.id)).toEqual(ids.slice(20));
    await expect(
      listCustomers(deps, financeOnly, { domain: 'retail' }, [], {}),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

it.each([
  [[{ feature: 'nothing' }], 'nothing'],
  [[{}], 'exactly one'],
  [[{ field: 'ID', feature: 'spend' }], 'exactly one'],
] as [CustomerOrder[], string][])('refuses the order %j', async (order, message) => {
  await expect(list({}, order)).rejects.toThrow(message);
});
