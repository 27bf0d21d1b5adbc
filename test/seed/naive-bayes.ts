export interface Example {
  text: string;
  label: string;
}

/** Words of English, characters and their pairs of Chinese. */
function bagOf(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z']+/g) ?? [];
  const characters = text.match(/\p{Script=Han}/gu) ?? [];
  const pairs = characters.map((character, index) => character + (characters[index + 1] ?? ''));
  return [...words, ...characters, ...pairs];
}

/** Multinomial with add-one smoothing, trained on the first four fifths (by time), scored on the rest. */
export function naiveBayesAccuracy(examples: readonly Example[]): number {
  const cut = Math.floor(examples.length * 0.8);
  const classify = train(examples.slice(0, cut));
  const rest = examples.slice(cut);
  return rest.filter(({ text, label }) => classify(text) === label).length / rest.length;
}

function train(examples: readonly Example[]): (text: string) => string {
  const vocabulary = new Set<string>();
  const classes = new Map<
    string,
    { documents: number; words: number; counts: Map<string, number> }
  >();
  for (const { text, label } of examples) {
    const entry = classes.get(label) ?? {
      documents: 0,
      words: 0,
      counts: new Map<string, number>(),
    };
    classes.set(label, entry);
    entry.documents += 1;
    for (const word of bagOf(text)) {
      vocabulary.add(word);
      entry.words += 1;
      entry.counts.set(word, (entry.counts.get(word) ?? 0) + 1);
    }
  }
  return (text) => {
    const words = bagOf(text).filter((word) => vocabulary.has(word));
    const scores = [...classes].map(([label, { documents, words: total, counts }]) => ({
      label,
      score: words.reduce(
        (sum, word) => sum + Math.log(((counts.get(word) ?? 0) + 1) / (total + vocabulary.size)),
        Math.log(documents),
      ),
    }));
    return scores.reduce((best, next) => (next.score > best.score ? next : best)).label;
  };
}
