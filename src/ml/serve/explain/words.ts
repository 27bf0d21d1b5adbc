/** Some tokens that are one word to a reader. */
export interface Word {
  readonly text: string;
  /** Places of the tokens. */
  readonly tokens: readonly number[];
}

const HAN = /^\p{Script=Han}+$/u;
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/**
 * Puts the words together that a tokenizer has cut: pieces that begin with `##` belong to the piece
 * before (WordPiece), pieces that begin with `▁` start a word (SentencePiece), and Han characters,
 * which WordPiece all cuts apart, are joined to words by the Unicode dictionary.
 * @param tokens as the vocabulary spells them; undefined for special ones, which are in no word
 */
export function wordsOf(tokens: readonly (string | undefined)[]): Word[] {
  const spaced = tokens.some((token) => token?.startsWith('▁'));
  const words: { text: string; tokens: number[] }[] = [];
  let open = false;
  tokens.forEach((token, place) => {
    if (token === undefined) {
      open = false;
      return;
    }
    const word = words.at(-1);
    const continues = open && (spaced ? !token.startsWith('▁') : token.startsWith('##'));
    const text = token.replace(spaced ? /^▁/ : /^##/, '');
    if (word && continues) {
      word.text += text;
      word.tokens.push(place);
    } else words.push({ text, tokens: [place] });
    open = true;
  });
  return joinHan(words).filter(({ text }) => text !== '');
}

/** Runs of single Han characters, cut into words. */
function joinHan(words: readonly Word[]): Word[] {
  const joined: Word[] = [];
  for (let at = 0; at < words.length; ) {
    let end = at;
    while (end < words.length && follows(words, at, end)) end += 1;
    if (end - at < 2) joined.push(words[at++] as Word);
    else {
      joined.push(...segment(words.slice(at, end)));
      at = end;
    }
  }
  return joined;
}

function follows(words: readonly Word[], start: number, at: number): boolean {
  const { text, tokens } = words[at] as Word;
  const expected = (words[start]?.tokens[0] as number) + (at - start);
  return HAN.test(text) && tokens.length === 1 && tokens[0] === expected;
}

function segment(run: readonly Word[]): Word[] {
  const whole = run.map(({ text }) => text).join('');
  let at = 0;
  return [...segmenter.segment(whole)].map(({ segment }) => {
    const tokens: number[] = [];
    for (let length = 0; length < segment.length && at < run.length; at++) {
      tokens.push(...(run[at]?.tokens ?? []));
      length += run[at]?.text.length ?? 0;
    }
    return { text: segment, tokens };
  });
}
