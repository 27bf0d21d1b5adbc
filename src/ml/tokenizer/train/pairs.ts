/** A word that is being merged: its pieces so far, and how often it occurs. */
interface Word {
  pieces: string[];
  readonly count: number;
}

export interface MergeState {
  readonly words: Word[];
  /** Occurrences of each pair of neighbours, `left right`. */
  readonly counts: Map<string, number>;
  /** Indices of the words that hold the pair, or held it. */
  readonly places: Map<string, Set<number>>;
  /** Pairs by count, largest first; entries whose count has changed since are skipped. */
  readonly queue: [pair: string, count: number][];
  readonly changed: Set<string>;
}

/** Splits words into single characters; a word with one that is not in the vocabulary is left out. */
export function startMerges(
  words: ReadonlyMap<string, number>,
  vocabulary: ReadonlySet<string>,
): MergeState {
  const state: MergeState = {
    words: [],
    counts: new Map(),
    places: new Map(),
    queue: [],
    changed: new Set(),
  };
  for (const [word, count] of words) {
    const pieces = [...word].map((character, i) => (i === 0 ? character : `##${character}`));
    if (pieces.length < 2 || !pieces.every((piece) => vocabulary.has(piece))) continue;
    state.words.push({ pieces, count });
    addPairs(state, state.words.length - 1, 1);
  }
  return state;
}

/** Adds (sign 1) or removes (sign -1) the pairs of a word. */
export function addPairs(state: MergeState, index: number, sign: 1 | -1): void {
  const word = state.words[index];
  if (!word) return;
  for (let i = 1; i < word.pieces.length; i += 1) {
    const pair = `${word.pieces[i - 1]} ${word.pieces[i]}`;
    state.counts.set(pair, (state.counts.get(pair) ?? 0) + sign * word.count);
    state.changed.add(pair);
    if (sign === 1) place(state, pair).add(index);
  }
}

function place(state: MergeState, pair: string): Set<number> {
  const known = state.places.get(pair);
  if (known) return known;
  const created = new Set<number>();
  state.places.set(pair, created);
  return created;
}

export function forget(state: MergeState, pair: string): void {
  state.counts.delete(pair);
  state.places.delete(pair);
  state.changed.delete(pair);
}

/** The most frequent pair that occurs at least twice. */
export function bestPair(state: MergeState): string | undefined {
  for (const pair of state.changed) push(state.queue, [pair, state.counts.get(pair) ?? 0]);
  state.changed.clear();
  for (;;) {
    const top = pop(state.queue);
    if (!top || top[1] < 2) return undefined;
    if (state.counts.get(top[0]) === top[1]) return top[0];
  }
}

type Entry = MergeState['queue'][number];

/** Whether `a` comes out before `b`. */
function before(a: Entry, b: Entry): boolean {
  return a[1] > b[1] || (a[1] === b[1] && a[0] < b[0]);
}

/** Binary heap, largest first. */
function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (!above || !before(entry, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (!last || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const child = right && left && before(right, left) ? 2 * at + 2 : 2 * at + 1;
    const below = heap[child];
    if (!below || !before(below, last)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return top;
}
