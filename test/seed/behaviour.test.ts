import { describe, expect, it } from '@jest/globals';
import type { DemoEvent } from '../../prisma/seed/world.ts';
import { demoWorld, eventsByCustomer, labelsOf } from './demo.ts';

const DAY = 86_400_000;

function eventsOf(type: string): DemoEvent[] {
  return demoWorld().events.filter((event) => event.type === type);
}

function countBy<K>(events: readonly DemoEvent[], keyOf: (event: DemoEvent) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const event of events) counts.set(keyOf(event), (counts.get(keyOf(event)) ?? 0) + 1);
  return counts;
}

/** Mean absolute difference of all pairs over twice the mean. */
function gini(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const differences = values.reduce(
    (total, one) => total + values.reduce((inner, other) => inner + Math.abs(one - other), 0),
    0,
  );
  return differences / (2 * values.length * sum);
}

describe('seasons', () => {
  it('lift November orders above the mean month', () => {
    const months = countBy(eventsOf('order'), ({ occurredAt }) =>
      occurredAt.toISOString().slice(0, 7),
    );
    const mean = [...months.values()].reduce((sum, count) => sum + count, 0) / months.size;
    expect(months.get('2024-11')).toBeGreaterThan(mean * 0.9);
    expect(months.get('2025-11')).toBeGreaterThan(mean * 1.5);
  });

  it.each([
    ['11.11', '2025-11-11'],
    ['Black Friday', '2025-11-28'],
    ['18 June', '2025-06-18'],
  ])('peak on %s', (_, day) => {
    const days = countBy(eventsOf('order'), ({ occurredAt }) =>
      occurredAt.toISOString().slice(0, 10),
    );
    const around = [-21, -14, 14, 21].map((shift) =>
      new Date(Date.parse(day) + shift * DAY).toISOString().slice(0, 10),
    );
    const usual = around.reduce((sum, each) => sum + (days.get(each) ?? 0), 0) / around.length;
    expect(days.get(day)).toBeGreaterThan(2 * usual);
  });

  it('send red packets at Chinese New Year', () => {
    const packets = eventsOf('transfer').filter(
      ({ properties }) => properties.purpose === 'red_packet',
    );
    expect(packets.length).toBeGreaterThan(10);
    for (const { occurredAt } of packets) expect(occurredAt.getUTCMonth()).toBeLessThan(2);
  });

  it('let shoppers come at weekends, bank customers on weekdays', () => {
    const weekendShare = (domain: string, type: string) => {
      const events = eventsOf(type).filter((event) => event.domain === domain);
      return (
        events.filter(({ occurredAt }) => occurredAt.getUTCDay() % 6 === 0).length / events.length
      );
    };
    expect(weekendShare('retail', 'page_view')).toBeGreaterThan(0.3);
    expect(weekendShare('finance', 'login')).toBeLessThan(0.25);
  });

  it('leave the small hours quiet', () => {
    const chinese = new Set(
      demoWorld().customers.flatMap(({ ref, traits }) => (traits.country === 'CN' ? [ref] : [])),
    );
    const views = eventsOf('page_view').filter(({ customerRef }) => chinese.has(customerRef));
    const hours = countBy(views, ({ occurredAt }) => (occurredAt.getUTCHours() + 8) % 24);
    expect(hours.get(4) ?? 0).toBeLessThan((hours.get(21) ?? 0) / 4);
  });
});

describe('long tails', () => {
  it('concentrate spend', () => {
    const spend = new Map<string, number>();
    for (const { customerRef, amount = 0 } of eventsOf('order')) {
      spend.set(customerRef, (spend.get(customerRef) ?? 0) + amount);
    }
    expect(gini([...spend.values()])).toBeGreaterThan(0.5);
  });

  it('concentrate activity, nobody being without any', () => {
    const counts = [...countBy(demoWorld().events, ({ customerRef }) => customerRef).values()];
    expect(counts).toHaveLength(2000);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
    expect(gini(counts)).toBeGreaterThan(0.4);
  });
});

describe('journeys', () => {
  it('return real orders of the same customer, later and for the same money', () => {
    const orders = new Map(eventsOf('order').map((order) => [order.properties.orderId, order]));
    const returns = eventsOf('return');
    expect(returns.length).toBeGreaterThan(100);
    for (const { customerRef, properties, occurredAt, amount } of returns) {
      const order = orders.get(properties.orderId);
      expect(order?.customerRef).toBe(customerRef);
      expect(order?.occurredAt.getTime()).toBeLessThan(occurredAt.getTime());
      expect(amount).toBe(-(order?.amount ?? Number.NaN));
    }
  });

  it('charge what the lines of an order come to, less the discount', () => {
    for (const { amount, properties } of eventsOf('order')) {
      const lines = properties.items as { quantity: number; unitPrice: number }[];
      const full = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
      expect(amount).toBeCloseTo(full * (1 - Number(properties.discount) / 100), 1);
    }
  });

  it('look, then fill the cart, then order within a session', () => {
    const events = eventsByCustomer();
    for (const order of eventsOf('order').slice(0, 500)) {
      const session = (events.get(order.customerRef) ?? []).filter(
        ({ properties }) => properties.sessionId === order.properties.sessionId,
      );
      const types = session.map(({ type }) => type);
      expect(types.indexOf('page_view')).toBeLessThan(types.indexOf('add_to_cart'));
      expect(types.indexOf('add_to_cart')).toBeLessThan(types.indexOf('order'));
    }
  });

  it('refund card payments that were made, and redeem investments that were', () => {
    const made = (type: string, key: string) =>
      new Set(eventsOf(type).map(({ properties }) => properties[key]));
    const payments = made('card_payment', 'paymentId');
    for (const { properties } of eventsOf('refund'))
      expect(payments).toContain(properties.paymentId);
    const investments = made('investment', 'investmentId');
    for (const { properties } of eventsOf('redemption'))
      expect(investments).toContain(properties.investmentId);
  });

  it('pay in once a month at most', () => {
    const keys = eventsOf('deposit').map(({ customerRef, occurredAt }) => {
      // Late on the last payday hours a time zone may reach the next day, never the next month.
      return `${customerRef} ${occurredAt.toISOString().slice(0, 7)}`;
    });
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('latents show in behaviour', () => {
  const meanBy = (task: string, type: string, measure: (event: DemoEvent) => number) => {
    const values = new Map(
      labelsOf(task).map(({ customerRef, value }) => [customerRef, String(value)]),
    );
    const sums = new Map<string, { sum: number; count: number }>();
    for (const event of eventsOf(type)) {
      const key = values.get(event.customerRef) ?? '';
      const entry = sums.get(key) ?? { sum: 0, count: 0 };
      sums.set(key, { sum: entry.sum + measure(event), count: entry.count + 1 });
    }
    return (key: string) => (sums.get(key)?.sum ?? 0) / (sums.get(key)?.count ?? 0);
  };

  it('the price-sensitive use coupons', () => {
    const share = meanBy('price_sensitivity', 'order', ({ properties }) =>
      Number(properties.coupon),
    );
    expect(share('high')).toBeGreaterThan(share('medium') + 0.1);
    expect(share('medium')).toBeGreaterThan(share('low') + 0.1);
  });

  it('the daring buy risky funds', () => {
    const level = meanBy('risk_preference', 'investment', ({ properties }) =>
      Number(properties.riskLevel),
    );
    expect(level('aggressive')).toBeGreaterThan(level('balanced') + 0.5);
    expect(level('balanced')).toBeGreaterThan(level('conservative') + 0.5);
  });
});
