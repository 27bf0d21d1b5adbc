/** How much a token says: the rarer among the texts at hand, the more. */
export type Weights = ReadonlyMap<string, number>;

export interface TextPair {
  readonly a: string;
  readonly b: string;
  /** Cosine of their weighted tokens, 0 to 1. */
  readonly similarity: number;
}

/** The different tokens of a text: words, and pairs of neighbouring Chinese characters. */
export function tokensOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/\p{Script=Han}+|[^\p{Script=Han}\P{L}]+|\p{N}+/gu) ?? [];
  return new Set(words.flatMap((word) => (/\p{Script=Han}/u.test(word) ? pairsOf(word) : [word])));
}

function pairsOf(word: string): string[] {
  const characters = [...word];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

/** Inverse document frequency: ln(1 + N / n) for a token that n of the N texts have. */
export function weigh(texts: readonly string[]): Weights {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const token of tokensOf(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
  return new Map([...counts].map(([token, n]) => [token, Math.log(1 + texts.length / n)]));
}

/** The most similar pair of one text each; undefined when no pair has a token in common. */
export function closestTexts(
  left: readonly string[],
  right: readonly string[],
  weights: Weights,
): TextPair | undefined {
  const weighed = (text: string) => {
    const tokens = tokensOf(text);
    return { text, tokens, length: Math.sqrt(squares(tokens, weights)) };
  };
  const others = right.map(weighed);
  let best: TextPair | undefined;
  for (const a of left.map(weighed))
    for (const b of others) {
      const shared = [...a.tokens].filter((token) => b.tokens.has(token));
      if (shared.length === 0) continue;
      const similarity = squares(shared, weights) / (a.length * b.length);
      if (similarity > (best?.similarity ?? 0)) best = { a: a.text, b: b.text, similarity };
    }
  return best;
}

function squares(tokens: Iterable<string>, weights: Weights): number {
  let sum = 0;
  for (const token of tokens) sum += (weights.get(token) ?? 0) ** 2;
  return sum;
}
