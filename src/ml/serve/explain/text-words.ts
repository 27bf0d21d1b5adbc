import type { OnnxSession } from '../../onnx/session.ts';
import type { RowInputs } from '../inputs.ts';
import type { Outcome } from '../outcome.ts';
import type { ServedParts } from '../parts.ts';
import type { ServedReason } from './reason.ts';
import { attributeTokens } from './text.ts';
import { wordsOf } from './words.ts';

/** What the reason that stands for a row's whole text is called. */
export const TEXT = 'text';

/**
 * What each word of the rows' texts adds to the score of one of a version's tasks.
 * @param slopes the graph of all its tasks
 * @param first where the task's outputs begin among those of all
 */
export async function explainWords(
  { tokenizer }: ServedParts,
  slopes: OnnxSession,
  { tokens, features }: RowInputs,
  outcomes: readonly Outcome[],
  first: number,
): Promise<ServedReason[][]> {
  if (!tokenizer || !tokens) return [];
  const { pad, cls, sep, eos, mask, unk } = tokenizer.special;
  const special = new Set([pad, cls, sep, eos].filter((id) => id !== undefined));
  const width = slopes.widthOf('direction') ?? 0;
  const directions = outcomes.map(({ direction }) => among(direction, first, width));
  const question = { tokens, features, directions, special, neutral: mask ?? pad, pad };
  const answers = await attributeTokens(slopes, question);
  return answers.map(({ attributions }, row) => {
    const ids = [...(tokens[row] as Int32Array)];
    // What the vocabulary does not know adds something too, but has no name that says what it was.
    const spelled = ids.map((id) =>
      special.has(id) || id === unk ? undefined : tokenizer.tokenOf(id),
    );
    return sumByWord(spelled, attributions);
  });
}

/** The other tasks' outputs do not count. */
function among(direction: readonly number[], first: number, width: number): number[] {
  return Array.from({ length: width }, (_, output) => direction[output - first] ?? 0);
}

/** A word that comes up again counts once, with all it adds. */
function sumByWord(
  tokens: readonly (string | undefined)[],
  attributions: Float32Array,
): ServedReason[] {
  const sums = new Map<string, number>();
  for (const word of wordsOf(tokens)) {
    const added = word.tokens.reduce((sum, at) => sum + (attributions[at] as number), 0);
    sums.set(word.text, (sums.get(word.text) ?? 0) + added);
  }
  return [...sums].map(([text, contribution]) => ({ name: TEXT, contribution, text }));
}
