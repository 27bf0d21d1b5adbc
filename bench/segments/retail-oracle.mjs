// The members of the seven segments of retail-rules.ts, straight from the shop's file with loops over
// arrays: it shares nothing with Cameo. Prints JSON: { segment: [CustomerID, ...] }.
// node bench/segments/retail-oracle.mjs FILE.csv.gz 2011-09-10
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const [file, day] = process.argv.slice(2);
const at = Date.parse(`${day}T00:00:00Z`);
const DAY = 86_400_000;

function fieldsOf(line) {
  const fields = [''];
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"' && quoted && line[i + 1] === '"') fields[fields.length - 1] += line[i++];
    else if (line[i] === '"') quoted = !quoted;
    else if (line[i] === ',' && !quoted) fields.push('');
    else fields[fields.length - 1] += line[i];
  }
  return fields;
}

// Per customer: the lines sold, in the order of (time, place in the file); per invoice one time.
const customers = new Map();
const lines = gunzipSync(readFileSync(file)).toString('utf8').split(/\r?\n/).slice(1);
for (const [place, text] of lines.entries()) {
  const [invoice, , description, quantity, date, price, customer] = fieldsOf(text);
  if (!customer || invoice.startsWith('C') || !(quantity > 0) || !(price > 0)) continue;
  const time = Date.parse(`${date.replace(' ', 'T')}Z`);
  if (time > at) continue;
  const own = customers.get(customer) ?? [];
  customers.set(customer, own);
  own.push({ invoice, description, time, place });
}

const segments = {};
const put = (segment, customer, is) => {
  segments[segment] ??= [];
  if (is) segments[segment].push(customer);
};
for (const [customer, sold] of customers) {
  sold.sort((a, b) => a.time - b.time || a.place - b.place);
  const seen = new Set();
  const invoices = sold.filter(({ invoice }) => !seen.has(invoice) && seen.add(invoice));
  const age = ({ time }) => (at - time) / DAY;
  const younger = (days) => invoices.filter((invoice) => age(invoice) <= days);
  put('champions', customer, younger(90).length >= 5 && younger(30).length > 0);
  const before = invoices.filter((invoice) => age(invoice) >= 90 && age(invoice) <= 270);
  put('at-risk', customer, before.length >= 3 && younger(90).length === 0);
  put('new', customer, age(invoices[0]) <= 30);
  put('lapsed', customer, younger(180).length === 0);
  put('one-time', customer, invoices.length === 1);
  const weekend = younger(180).filter(({ time }) => [0, 6].includes(new Date(time).getUTCDay()));
  put('weekend-buyers', customer, weekend.length >= 2);
  // A Christmas line behind the whole of the first invoice.
  const [first] = invoices;
  const end = Math.max(...sold.filter((l) => l.invoice === first.invoice).map((l) => l.place));
  const christmas = sold.some(
    ({ description, time, place }) =>
      description.includes('CHRISTMAS') &&
      (time > first.time || (time === first.time && place > end)),
  );
  put('christmas-then-stopped', customer, christmas && younger(90).length === 0);
}
for (const members of Object.values(segments)) members.sort();
console.log(JSON.stringify(segments));
