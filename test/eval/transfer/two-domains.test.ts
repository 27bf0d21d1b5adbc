import { describe, expect, it } from '@jest/globals';
import { customers } from '../../../eval/transfer/pairs/customers.ts';
import { attributes, type Domain } from '../../../eval/transfer/two-domains/cues.ts';
import { type SeededCustomer, seededCustomers } from '../../../eval/transfer/two-domains.ts';

/** Knows the cues: the value whose phrases stand in the text most often; undefined without any. */
function oracle(text: string, domain: Domain, name: string): string | undefined {
  const values = attributes.find((own) => own.name === name)?.values ?? {};
  const counts = Object.entries(values).map(([value, { [domain]: cues }]) => {
    const phrases = [
      ...cues.texts,
      ...cues.events.map(({ type, properties }) => {
        const [property] = Object.values(properties);
        return property ?? type.replaceAll('_', ' ');
      }),
    ];
    return { value, count: phrases.filter((phrase) => text.includes(phrase)).length };
  });
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a));
  return best.count > 0 ? best.value : undefined;
}

function accuracy(rows: readonly SeededCustomer[], domain: Domain, name: string) {
  const told = rows.filter(({ text }) => oracle(text, domain, name) !== undefined);
  const right = told.filter(({ text, truth }) => oracle(text, domain, name) === truth[name]);
  return { told: told.length / rows.length, right: right.length / told.length };
}

describe('customers of two domains', () => {
  const rows = {
    retail: seededCustomers('retail', 800, 3),
    finance: seededCustomers('finance', 800, 4),
  };

  it('show each attribute to who knows the cues, in most texts but not in all, and not always truly', () => {
    for (const domain of ['retail', 'finance'] as const)
      for (const { name } of attributes) {
        const { told, right } = accuracy(rows[domain], domain, name);
        expect(told).toBeGreaterThan(0.75);
        expect(told).toBeLessThan(0.97);
        expect(right).toBeGreaterThan(0.85);
        expect(right).toBeLessThan(0.99);
      }
  });

  it('are the same for the same seed, and others for another', () => {
    expect(seededCustomers('retail', 20, 3)).toEqual(rows.retail.slice(0, 20));
    expect(seededCustomers('retail', 20, 5)).not.toEqual(rows.retail.slice(0, 20));
  });

  it('do not tell the names of their attributes, or their values', () => {
    const words = attributes.flatMap(({ name, values }) => [
      name.replaceAll('_', ' '),
      ...Object.keys(values),
    ]);
    for (const { text } of [...rows.retail, ...rows.finance])
      for (const word of words.filter((own) => !['low', 'high', 'single', 'retired'].includes(own)))
        expect(text).not.toContain(word);
  });

  it('have every value often enough to draw 100 labels of it', () => {
    const { target } = customers.open('');
    for (const pool of target.pool) {
      const counts = new Map<unknown, number>();
      for (const { label } of pool) counts.set(label, (counts.get(label) ?? 0) + 1);
      expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(100);
    }
  });

  it('are never learnt from and tested on', () => {
    const { target, source } = customers.open('');
    for (const [t, test] of target.test.entries()) {
      const learnt = [...(target.pool[t] ?? []), ...(target.validation[t] ?? [])];
      const known = new Set([...learnt, ...(source.train[t] ?? [])].map(({ text }) => text));
      expect(test.some(({ text }) => known.has(text))).toBe(false);
    }
  });
});
