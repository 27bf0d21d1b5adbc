const PIECE = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;
const PER_WORD = 3;

/**
 * About how many tokens a text is, without its model's tokenizer and rather too many than too few:
 * a token for each Chinese character and sign, one for every three letters or digits of a word.
 */
export function estimateTokens(text: string): number {
  let count = 0;
  for (const [piece] of text.matchAll(PIECE)) {
    const chinese = piece.match(/\p{Script=Han}/gu)?.length ?? 0;
    count += chinese + Math.ceil((piece.length - chinese) / PER_WORD);
  }
  // The two that begin and end every text.
  return count + 2;
}
