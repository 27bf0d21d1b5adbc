import { readCsv } from './files.ts';

/** One invoice of one customer. */
export interface Basket {
  readonly at: number;
  readonly cancelled: boolean;
  readonly country: string;
  readonly items: readonly string[];
  readonly quantity: number;
  readonly amount: number;
}

/** Baskets by customer, in the order of time, as the data's README cleans them. */
export function readBaskets(dataFolder: string): Map<string, Basket[]> {
  const invoices = new Map<string, { customer: string; basket: Basket & { items: string[] } }>();
  for (const line of readCsv(dataFolder, 'online_retail/transactions.csv.gz')) {
    const [quantity, price] = [Number(line.Quantity), Number(line.UnitPrice)];
    const cancelled = line.InvoiceNo?.startsWith('C') ?? false;
    if (!line.CustomerID || !line.InvoiceNo || price <= 0 || (!cancelled && quantity <= 0))
      continue;
    const known = invoices.get(line.InvoiceNo)?.basket;
    const basket = {
      at: known?.at ?? Date.parse(`${line.InvoiceDate?.replace(' ', 'T')}Z`),
      cancelled,
      country: line.Country ?? '',
      items: known?.items ?? [],
      quantity: (known?.quantity ?? 0) + Math.abs(quantity),
      amount: (known?.amount ?? 0) + Math.abs(quantity) * price,
    };
    basket.items.push(line.StockCode ?? '');
    invoices.set(line.InvoiceNo, { customer: line.CustomerID, basket });
  }
  const customers = new Map<string, Basket[]>();
  for (const { customer, basket } of invoices.values())
    customers.set(customer, [...(customers.get(customer) ?? []), basket]);
  for (const own of customers.values()) own.sort((a, b) => a.at - b.at);
  return customers;
}
