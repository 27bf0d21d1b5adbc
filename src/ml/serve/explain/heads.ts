import type { RowInputs } from '../inputs.ts';
import { type Outcome, widthOf } from '../outcome.ts';
import type { ServedParts } from '../parts.ts';
import { type ServedReason, strongest } from './reason.ts';
import { explainWords } from './text-words.ts';

/**
 * What moved what a further head says of each row: the words of its text, as such heads read nothing
 * else. Nothing of a version from before heads were explained.
 * @param head its place in the manifest
 */
export async function explainHead(
  parts: ServedParts,
  inputs: RowInputs,
  head: number,
  outcomes: readonly Outcome[],
  most: number,
): Promise<ServedReason[][]> {
  const { task, heads = [] } = parts.manifest;
  const slopes = await parts.graph('slopes.onnx');
  const ends = [task, ...heads.slice(0, head + 1).map((each) => each.task)].map(widthOf);
  const end = ends.reduce((sum, width) => sum + width, 0);
  if (!slopes || (slopes.widthOf('direction') ?? 0) < end) return [];
  const first = end - (ends.at(-1) as number);
  const words = await explainWords(parts, slopes, inputs, outcomes, first);
  return words.map((of) => strongest(of, most));
}
