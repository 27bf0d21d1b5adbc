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
    const place = walk(root, tokens);
    if (place.label !== undefined || place.next.size > 0 || tokens.length === 0)
      throw new MlError(
        'BAD_INPUT',
        `Label ${index + 1} is spelt like label ${(place.label ?? -1) + 1} in the model's tokens: use labels that differ.`,
      );
    place.label = index;
  }
  return root;
}

/**
 * Lists of labels, each at most once and in their order. There are many lists but few places, since
 * what may follow depends on the last label alone.
 * @param labels token ids without an end
 * @param separator tokens between two labels
 */
export function labelLists(
  labels: readonly (readonly number[])[],
  separator: readonly number[],
  end: number,
): Place {
  const finish: Place = { next: new Map() };
  // from[i]: a list that goes on with label i or a later one.
  const from: Place[] = [];
  for (let first = labels.length - 1; first >= 0; first--) {
    const start: Place = { next: new Map() };
    // All labels are spelt before any is joined: none may run into what follows another.
    const spelt = labels.slice(first).map((label) => walk(start, label));
    for (const [i, place] of spelt.entries()) {
      join(place, [end], finish);
      const further = from[first + i + 1];
      if (further) join(place, separator, further);
    }
    from[first] = start;
  }
  const start = from[0] ?? { next: new Map() };
  return { next: new Map(start.next).set(end, finish) };
}

/** The place after `tokens`, made where it is not there yet. */
function walk(start: Place, tokens: readonly number[]): Place {
  let place = start;
  for (const token of tokens) {
    const known = place.next.get(token) ?? { next: new Map() };
    place.next.set(token, known);
    place = known;
  }
  return place;
}

/** Lets `tokens` lead from one place to another. */
function join(place: Place, tokens: readonly number[], target: Place): void {
  const last = tokens.at(-1) as number;
  const before = walk(place, tokens.slice(0, -1));
  if (before.next.has(last))
    throw new MlError('BAD_INPUT', 'Two labels cannot be told apart in a list: use others.');
  before.next.set(last, target);
}
