const PER_WORD = 3;

/**
 * About how many tokens a text is, without its model's tokenizer and rather too many than too few:
 * a token for each Chinese character and sign, one for every three letters or digits of a word.
 */
export function estimateTokens(text: string): number {
  // The two that begin and end every text.
  let count = 2;
  let word = 0;
  for (let place = 0; place < text.length; place += 1) {
    if (isWordAt(text, place)) {
      if (word % PER_WORD === 0) count += 1;
      word += 1;
    } else {
      word = 0;
      if (!isBlankAt(text, place)) count += 1;
    }
  }
  return count;
}

/** Letters and digits of alphabets; what is not told apart counts as a sign, a token of its own. */
function isWordAt(text: string, place: number): boolean {
  const code = text.charCodeAt(place);
  if (code < 0x80) return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122);
  return code >= 0xc0 && code < 0x2000;
}

const isBlankAt = (text: string, place: number): boolean => text.charCodeAt(place) <= 32;
