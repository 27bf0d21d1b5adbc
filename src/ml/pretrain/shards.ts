import { MlError } from '../errors.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Sample, Task } from './text/sample.ts';

/** Most tokens of a line or text. */
const LINE_TOKENS = 256;

/** The tokens of many lines in one row, each line ended by [SEP] or </s>. Ids are 16 bits. */
export function packLines(tokenizer: Tokenizer, lines: Iterable<string>): Uint16Array {
  if (tokenizer.vocabularySize > 0xffff)
    throw new MlError('BAD_INPUT', 'Shards hold vocabularies of at most 65,535 tokens.');
  let packed = new Uint16Array(1 << 20);
  let length = 0;
  const lead = tokenizer.special.cls === undefined ? 0 : 1;
  for (const line of lines) {
    const ids = tokenizer.encode(line, { maxLength: LINE_TOKENS }).subarray(lead);
    if (length + ids.length > packed.length) {
      const larger = new Uint16Array(packed.length * 2);
      larger.set(packed);
      packed = larger;
    }
    packed.set(ids, length);
    length += ids.length;
  }
  return packed.slice(0, length);
}

/** Names of each task's labels; their places are what models predict. */
export type LabelSets = Readonly<Record<Task, readonly string[]>>;

/** Generated texts as rows of `width` ids, with what each is known to be. */
export interface LabelledShard {
  readonly width: number;
  /** (rows x width), padded with 0. */
  readonly ids: Uint16Array;
  /** By task, the label of each row; -1 where the row has none of that task. */
  readonly labels: Readonly<Record<Task, Int16Array>>;
  readonly sets: LabelSets;
}

export function packSamples(
  tokenizer: Tokenizer,
  samples: readonly Sample[],
  width: number,
): LabelledShard {
  const ids = new Uint16Array(samples.length * width);
  const sets = labelSets(samples);
  const labels = {
    intent: new Int16Array(samples.length).fill(-1),
    sentiment: new Int16Array(samples.length).fill(-1),
    category: new Int16Array(samples.length).fill(-1),
  };
  samples.forEach(({ text, task, label }, row) => {
    ids.set(tokenizer.encode(text, { maxLength: width }), row * width);
    labels[task][row] = sets[task].indexOf(label);
  });
  return { width, ids, labels, sets };
}

function labelSets(samples: readonly Sample[]): LabelSets {
  const of = (task: Task) =>
    [...new Set(samples.flatMap((sample) => (sample.task === task ? sample.label : [])))].sort();
  return { intent: of('intent'), sentiment: of('sentiment'), category: of('category') };
}
