import { MlError } from '../../errors.ts';
import type { TrainingRow } from '../../run/spec.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { type Language, withPrefix } from '../data/prefix.ts';
import { labelLists, labelTrie, type Place } from '../decode/constraint.ts';

/** A task as a model that reads and writes text sees it. */
export interface TextTask {
  /** Empty where any text is an answer. */
  readonly labels: readonly string[];
  /** What answers may spell; absent where any text is one. */
  readonly within?: Place;
  /** Token ids of a source with its prefix and end. */
  source(text: string): number[];
  /** @throws MlError when the row's label is not of the task */
  target(row: TrainingRow): number[] | undefined;
  /** What an answer says: a text, or a list of labels. */
  read(tokens: readonly number[]): string | string[];
}

export interface TextTaskOptions {
  readonly name: string;
  readonly labels: readonly string[];
  /** A row has several labels at once. */
  readonly several: boolean;
  readonly language: Language;
  readonly maxLength: number;
  readonly maxTokens: number;
}

/** What stands between labels of a list. */
const SEPARATOR = ';';

/** @throws MlError when two labels are spelt alike in the tokenizer's vocabulary */
export function createTextTask(tokenizer: Tokenizer, options: TextTaskOptions): TextTask {
  const { name, labels, several, language, maxLength, maxTokens } = options;
  const spell = (text: string) =>
    Array.from(tokenizer.encode(text, { maxLength: maxTokens })).slice(0, -1);
  const end = endOf(tokenizer);
  const spelt = labels.map(spell);
  const separator = spell(SEPARATOR);
  const listOf = (row: TrainingRow, own: readonly string[]) =>
    own
      .map((label) => numberOf(row, label, labels))
      .sort((a, b) => a - b)
      .flatMap((number, i) => [...(i > 0 ? separator : []), ...(spelt[number] as number[])]);

  return {
    labels: several ? [] : labels,
    ...withinOf(spelt, several, separator, end),
    source: (text) => Array.from(tokenizer.encode(withPrefix(name, language, text), { maxLength })),
    target(row) {
      if (row.label === null) return undefined;
      if (several) return [...listOf(row, asList(row.label)), end];
      const label = String(row.label);
      if (labels.length === 0) return [...spell(label), end];
      return [...(spelt[numberOf(row, label, labels)] as number[]), end];
    },
    read(tokens) {
      if (!several) return textOf(tokenizer, tokens, labels, spelt);
      return splitAt(tokens, separator).flatMap((part) =>
        part.length > 0 ? [textOf(tokenizer, part, labels, spelt)] : [],
      );
    },
  };
}

function withinOf(
  spelt: readonly number[][],
  several: boolean,
  separator: readonly number[],
  end: number,
): { within?: Place } {
  if (spelt.length === 0) return {};
  if (several) return { within: labelLists(spelt, separator, end) };
  return { within: labelTrie(spelt.map((tokens) => [...tokens, end])) };
}

/** A label as it is written in the task, though tokens may spell it a little differently. */
function textOf(
  tokenizer: Tokenizer,
  tokens: readonly number[],
  labels: readonly string[],
  spelt: readonly number[][],
): string {
  const number = spelt.findIndex((own) => own.join() === tokens.join());
  return labels[number] ?? tokenizer.decode(tokens).trim();
}

function splitAt(tokens: readonly number[], separator: readonly number[]): number[][] {
  const parts: number[][] = [[]];
  for (let i = 0; i < tokens.length; i++) {
    if (separator.every((token, j) => tokens[i + j] === token)) {
      parts.push([]);
      i += separator.length - 1;
    } else parts.at(-1)?.push(tokens[i] as number);
  }
  return parts;
}

function numberOf({ id }: TrainingRow, label: string, labels: readonly string[]): number {
  const number = labels.indexOf(label);
  if (number >= 0) return number;
  const known = labels.slice(0, 20).join(', ');
  throw new MlError('BAD_INPUT', `Row ${id} has the label "${label}", which is not of: ${known}.`);
}

function asList(label: TrainingRow['label']): string[] {
  return Array.isArray(label) ? label : [String(label)];
}

function endOf(tokenizer: Tokenizer): number {
  const { eos } = tokenizer.special;
  if (eos !== undefined) return eos;
  throw new MlError('BAD_FILE', "The base's tokenizer has no end token: it is not a T5's.");
}
