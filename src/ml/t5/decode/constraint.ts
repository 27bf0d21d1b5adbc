import { MlError } from '../../errors.ts';

/** What may follow: by token, the place that it leads to. A place without followers is an end. */
export interface Place {
  readonly next: Map<number, Place>;
  /** At an end: the index of the label that was spelt. */
  label?: number;
}

/**
 * The trie of a label set: a search kept to it always spells a label (De Cao et al. 2021,
 * "Autoregressive Entity Retrieval", section 3.2).
 * @param labels token ids, each with its end token, so that one may begin as another
 */
export function labelTrie(labels: readonly (readonly number[])[]): Place {
  const root: Place = { next: new Map() };
  for (const [index, tokens] of labels.entries()) {
    let place = root;
    for (const token of tokens) {
      const known = place.next.get(token) ?? { next: new Map() };
      place.next.set(token, known);
      place = known;
    }
    if (place.label !== undefined || place.next.size > 0 || tokens.length === 0)
      throw new MlError(
        'BAD_INPUT',
        `Label ${index + 1} is spelt like label ${(place.label ?? -1) + 1} in the model's tokens: use labels that differ.`,
      );
    place.label = index;
  }
  return root;
}
