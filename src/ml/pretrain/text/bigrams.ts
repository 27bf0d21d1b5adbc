import { type Random, seededRandom } from '../../random.ts';

/** Words that follow a word, with their summed (flattened) weights for drawing. */
interface Followers {
  readonly words: string[];
  readonly sums: number[];
}

/** Flattens counts, so that rare words are drawn more often than they occur (word2vec's 3/4). */
const FLATTEN = 0.75;

/**
 * Sentences of a Chinese bigram model: random walks over which word follows which.
 * @param lines `\item id word id word count n` of libpinyin's interpolation2.text
 */
export function* writeFromBigrams(
  lines: Iterable<string>,
  seed: number,
  characters: number,
): Generator<string> {
  const followers = readBigrams(lines);
  if (followers.size === 0) return;
  const starts = startsOf(followers);
  const random = seededRandom(seed).next;
  for (let written = 0; written < characters; ) {
    const sentence = walk(random, followers, draw(random, starts));
    written += sentence.length;
    yield sentence;
  }
}

function readBigrams(lines: Iterable<string>): Map<string, Followers> {
  const followers = new Map<string, Followers>();
  for (const line of lines) {
    const [, left, right, count] = /^\\item \d+ (\S+) \d+ (\S+) count (\d+)/.exec(line) ?? [];
    if (left === undefined || right === undefined) continue;
    const known = followers.get(left) ?? { words: [], sums: [] };
    followers.set(left, known);
    known.words.push(right);
    known.sums.push((known.sums.at(-1) ?? 0) + Number(count) ** FLATTEN);
  }
  return followers;
}

/** Every word, to be drawn about as often as it occurs. */
function startsOf(followers: ReadonlyMap<string, Followers>): Followers {
  let sum = 0;
  const words = [...followers.keys()];
  const sums = [...followers.values()].map(({ sums }) => (sum += sums.at(-1) ?? 0));
  return { words, sums };
}

function walk(random: Random, followers: ReadonlyMap<string, Followers>, start: string): string {
  let word = start;
  let sentence = word;
  for (let left = 5 + Math.floor(random() * 12); left > 0; left -= 1) {
    const next = followers.get(word);
    if (!next) break;
    word = draw(random, next);
    sentence += word;
  }
  return sentence;
}

function draw(random: Random, { words, sums }: Followers): string {
  const target = random() * (sums.at(-1) ?? 0);
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) <= target) low = middle + 1;
    else high = middle;
  }
  return words[low] ?? '';
}
