const SHORTEST = 8;
const LONGEST = 600;

/**
 * Text fit to train on: personal data masked, broken and repeated lines left out, paragraphs cut
 * into pieces of at most 600 characters.
 * @param seen what has been given before, in lower case; shared by calls so that repeats are found across sources
 */
export function* cleanLines(lines: Iterable<string>, seen: Set<string>): Generator<string> {
  for (const line of lines)
    for (const piece of split(maskPersonal(line.normalize('NFKC').replace(/\s+/g, ' ').trim()))) {
      const key = piece.toLowerCase().replace(/[^\p{L}]/gu, '');
      if (!isProse(piece) || seen.has(key)) continue;
      seen.add(key);
      yield piece;
    }
}

/** Addresses of mail and web, and long numbers (cards, phones, accounts), become plain words. */
export function maskPersonal(text: string): string {
  return text
    .replace(/[\w.+-]+@[\w-]+\.[\w.]+/g, 'email')
    .replace(/(https?:\/\/|www\.)\S+/gi, 'link')
    .replace(/\+?\d[\d -]{6,}\d/g, '000');
}

/** Mostly letters: not a table, a path or a piece of program. */
function isProse(text: string): boolean {
  const han = text.match(/\p{sc=Han}/gu)?.length ?? 0;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (han >= 4) return letters / text.length > 0.6;
  return (
    text.length >= SHORTEST &&
    letters / text.length > 0.7 &&
    / /.test(text) &&
    !/[{}<>|\\=]/.test(text)
  );
}

function split(text: string): string[] {
  if (text.length <= LONGEST) return [text];
  const sentences = text.split(/(?<=[。！？])|(?<=[.!?]) /);
  const pieces: string[] = [];
  for (const sentence of sentences) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + sentence.length < LONGEST)
      pieces[pieces.length - 1] = `${last} ${sentence}`;
    else pieces.push(sentence.slice(0, LONGEST));
  }
  return pieces;
}
