import { MlError } from '../errors.ts';
import { requireSameLength } from './check.ts';
import { type FScore, fScore, macroF1 } from './f-scores.ts';

/** One named span of a sequence: `end` is the place after its last token. */
export interface Entity {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The entities of BIO tags (Ramshaw & Marcus 1995): B-X begins one, I-X goes on. An I-X that
 * follows no X begins one as well, as CoNLL-2000's scorer counts it.
 */
export function entitiesOf(tags: readonly string[]): Entity[] {
  const found: { type: string; start: number; end: number }[] = [];
  for (const [i, tag] of tags.entries()) {
    if (tag === 'O') continue;
    const type = tag.slice(2);
    const last = found.at(-1);
    if (tag.startsWith('I-') && last?.type === type && last.end === i) last.end = i + 1;
    else found.push({ type, start: i, end: i + 1 });
  }
  return found;
}

/** Exact-span scores of entities over all sequences: by type, over all (micro), and their mean. */
export function entityScores(
  predicted: readonly (readonly string[])[],
  truth: readonly (readonly string[])[],
): { byType: Record<string, FScore>; micro: FScore; macroF1: number } {
  requireSameLength('Entity F1', predicted.length, truth.length);
  const counts = new Map<string, { hits: number; predicted: number; support: number }>();
  for (const [i, tags] of truth.entries()) count(counts, predicted[i] ?? [], tags, i);
  const byType = Object.fromEntries(
    [...counts].map(([type, own]) => [type, fScore(own.hits, own.predicted, own.support)]),
  );
  const total = (key: 'hits' | 'predicted' | 'support') =>
    [...counts.values()].reduce((sum, own) => sum + own[key], 0);
  const micro = fScore(total('hits'), total('predicted'), total('support'));
  return { byType, micro, macroF1: macroF1(Object.values(byType)) };
}

function count(
  counts: Map<string, { hits: number; predicted: number; support: number }>,
  predicted: readonly string[],
  truth: readonly string[],
  row: number,
): void {
  if (predicted.length !== truth.length)
    throw new MlError(
      'SHAPE_MISMATCH',
      `Sequence ${row} has ${truth.length} tokens and ${predicted.length} predicted tags.`,
    );
  const name = ({ type, start, end }: Entity) => `${start}:${end}:${type}`;
  const there = new Set(entitiesOf(truth).map(name));
  const of = (type: string) => {
    const own = counts.get(type) ?? { hits: 0, predicted: 0, support: 0 };
    counts.set(type, own);
    return own;
  };
  for (const entity of entitiesOf(truth)) of(entity.type).support += 1;
  for (const entity of entitiesOf(predicted)) {
    of(entity.type).predicted += 1;
    if (there.has(name(entity))) of(entity.type).hits += 1;
  }
}
