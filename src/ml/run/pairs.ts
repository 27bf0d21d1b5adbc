import type { TrainingRow } from './spec.ts';

/**
 * EMBED's rows as texts about topics. A label that several rows have names their topic. One that a
 * single row has is a text that means the same (features/training: what the customer wrote before):
 * it becomes a row beside it, unless the customer's rows have that text already; texts of one
 * customer that are so linked are one topic.
 */
export function pairedRows(rows: readonly TrainingRow[]): TrainingRow[] {
  const uses = new Map<unknown, number>();
  for (const { label } of rows) uses.set(label, (uses.get(label) ?? 0) + 1);
  const isPair = ({ label }: TrainingRow) => typeof label === 'string' && uses.get(label) === 1;
  const topics = topicsOf(rows.filter(isPair));
  const own = new Set(rows.filter(isPair).map(({ group, text = '' }) => keyOf(group, text)));
  return rows.flatMap((row) => {
    if (!isPair(row)) return [row];
    const partner = String(row.label);
    const told = { ...row, label: topics.get(keyOf(row.group, partner)) as string };
    if (own.has(keyOf(row.group, partner))) return [told];
    own.add(keyOf(row.group, partner));
    return [told, { ...told, id: `${row.id}:pair`, text: partner }];
  });
}

const keyOf = (group: string, text: string) => JSON.stringify([group, text]);

/** A name for each text of a group: that of the texts that are linked to it, however far. */
function topicsOf(pairs: readonly TrainingRow[]): Map<string, string> {
  const parents = new Map<string, string>();
  const root = (key: string): string => {
    const parent = parents.get(key) ?? key;
    return parent === key ? key : root(parent);
  };
  for (const { group, text = '', label } of pairs) {
    const [a, b] = [root(keyOf(group, text)), root(keyOf(group, String(label)))];
    parents.set(a, b);
    parents.set(b, b);
  }
  return new Map([...parents.keys()].map((key) => [key, root(key)]));
}
