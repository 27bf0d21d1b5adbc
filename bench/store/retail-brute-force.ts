import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

// Knows nothing of the store: reads the shop's file and computes each feature by its definition.

export interface Order {
  readonly customer: number;
  readonly invoice: string;
  readonly at: number;
  readonly amount: number;
  readonly item: string;
}

const DAY = 86_400_000;

/** One order an invoice, as the data's README says: no cancellations, quantities or prices below zero. */
export function readOrders(file: string): Order[] {
  const lines: Record<string, string>[] = parse(gunzipSync(readFileSync(file)), { columns: true });
  const orders = new Map<
    string,
    { customer: number; invoice: string; at: number; pence: number; item: string }
  >();
  for (const line of lines) {
    const invoice = line.InvoiceNo ?? '';
    const [quantity, price] = [Number(line.Quantity), Number(line.UnitPrice)];
    if (!line.CustomerID || invoice.startsWith('C') || quantity <= 0 || price <= 0) continue;
    const known = orders.get(invoice) ?? {
      customer: Number(line.CustomerID),
      invoice,
      at: Date.parse(`${(line.InvoiceDate ?? '').replace(' ', 'T')}Z`),
      pence: 0,
      item: line.StockCode ?? '',
    };
    known.pence += quantity * Math.round(price * 1000);
    orders.set(invoice, known);
  }
  return [...orders.values()].map(({ pence, ...order }) => ({ ...order, amount: pence / 1000 }));
}

/** Whether the customer buys in the 91 days after `at`. */
export const buysAgain = (own: readonly Order[], at: number): boolean =>
  own.some((order) => order.at > at && order.at <= at + 91 * DAY);

/** The features of the service `repurchase` as of `at`; undefined for who has not bought by then. */
export function expectedFeatures(
  own: readonly Order[],
  at: number,
): Record<string, number | null> | undefined {
  const past = own.filter((order) => order.at <= at);
  if (past.length === 0) return undefined;
  const last = (days: number) => past.filter((order) => order.at >= at - days * DAY);
  const spend = (orders: readonly Order[]) => orders.reduce((sum, order) => sum + order.amount, 0);
  const ratio = (a: number, b: number) => (b === 0 ? null : a / b);
  const times = past.map((order) => order.at);
  return {
    recency_days: Math.floor((at - Math.max(...times)) / DAY),
    frequency: past.length,
    orders_30d: last(30).length,
    orders_90d: last(90).length,
    orders_180d: last(180).length,
    orders_365d: last(365).length,
    monetary: spend(past),
    spend_30d: spend(last(30)),
    spend_90d: spend(last(90)),
    spend_180d: spend(last(180)),
    spend_365d: spend(last(365)),
    avg_basket: spend(past) / past.length,
    largest_basket: Math.max(...past.map((order) => order.amount)),
    distinct_items_365d: new Set(last(365).map((order) => order.item)).size,
    spend_trend: ratio(spend(last(30)), spend(last(90))),
    tenure_days: Math.floor((at - Math.min(...times)) / DAY),
    momentum: ratio(last(30).length, last(90).length),
  };
}
