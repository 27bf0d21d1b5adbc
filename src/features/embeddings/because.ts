import type { Queryable } from '../../db.ts';
import { closestTexts, weigh } from '../../ml/similarity/texts.ts';
import { featureValuesOf } from '../serving/feature-values.ts';
import type { FeatureStore } from '../store/store.ts';
import { commonFeatures, readProfiles } from './common-features.ts';
import { newestTexts } from './event-texts.ts';

export interface ReasonsDeps {
  readonly db: Queryable;
  readonly store: FeatureStore;
}

/** Two customers who are like each other. */
export interface LikePair {
  readonly of: number;
  readonly id: number;
}

/** The newest texts of a customer are compared. */
const TEXTS = 10;
const MOST_FEATURES = 3;
/** Texts less alike than this are no reason. */
const LEAST_OVERLAP = 0.2;
const EXCERPT = 80;

/**
 * What two customers have in common, for each pair: the two most similar of their newest texts (by
 * the words they share), then the features in which both are unusual in the same way, the rarest first.
 * No model runs. A fixed number of statements.
 */
export async function reasonsOf(
  { db, store }: ReasonsDeps,
  pairs: readonly LikePair[],
): Promise<string[][]> {
  const ids = [...new Set(pairs.flatMap(({ of, id }) => [of, id]))];
  const [texts, features, profiles] = await Promise.all([
    newestTexts(db, ids, TEXTS),
    featureValuesOf(store, ids, {}),
    readProfiles(db),
  ]);
  const weights = weigh([...new Set(texts.flat())]);
  const place = new Map(ids.map((id, index) => [id, index]));
  const at = <Value>(values: readonly Value[][], id: number) => values[place.get(id) ?? -1] ?? [];
  return pairs.map(({ of, id }) => {
    const closest = closestTexts(at(texts, of), at(texts, id), weights);
    const common = commonFeatures(at(features, of), at(features, id), profiles);
    return [
      ...(closest && closest.similarity >= LEAST_OVERLAP ? [wroteAlike(closest.a, closest.b)] : []),
      ...common.slice(0, MOST_FEATURES).map(({ text }) => text),
    ];
  });
}

const wroteAlike = (a: string, b: string): string =>
  a === b ? `both wrote ${quote(a)}` : `wrote ${quote(a)} and ${quote(b)}`;

function quote(text: string): string {
  const characters = [...text.replaceAll(/\s+/g, ' ').trim()];
  const cut =
    characters.length > EXCERPT ? `${characters.slice(0, EXCERPT).join('')}…` : characters.join('');
  return `“${cut}”`;
}
