import type { HostTensors } from '../onnx/session.ts';
import { floats, integers } from '../onnx/tensors.ts';
import type { Random } from '../random.ts';
import { type MaskVocabulary, maskRow } from './mask.ts';
import type { LabelledShard } from './shards.ts';
import { tasks } from './text/sample.ts';

/** What batches are drawn from. */
export interface PretrainData {
  /** Packed lines; each is drawn from as often as its share says. */
  readonly shards: readonly { readonly tokens: Uint16Array; readonly share: number }[];
  readonly labelled: LabelledShard;
  readonly vocabulary: MaskVocabulary;
  readonly cls: number;
}

/** Share of a row's tokens that are hidden. */
const HIDDEN = 0.15;
/** Labelled rows hide fewer, so that enough is left to judge by. */
const HIDDEN_LABELLED = 0.12;

/** `rows` windows of `width` tokens, each after a [CLS], from the packed lines. */
export function packedBatch(
  data: PretrainData,
  rows: number,
  width: number,
  random: Random,
): HostTensors {
  const ids = new Int32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const tokens = drawShard(data, random);
    const start = Math.floor(random() * Math.max(1, tokens.length - width));
    ids[row * width] = data.cls;
    ids.set(tokens.subarray(start, start + width - 1), row * width + 1);
  }
  return toBatch(data, ids, width, HIDDEN, undefined, random);
}

/** `rows` generated texts with their labels. */
export function labelledBatch(data: PretrainData, rows: number, random: Random): HostTensors {
  const { ids: all, width } = data.labelled;
  const count = all.length / width;
  const chosen = Array.from({ length: rows }, () => Math.floor(random() * count));
  const ids = new Int32Array(rows * width);
  chosen.forEach((from, row) => {
    ids.set(all.subarray(from * width, (from + 1) * width), row * width);
  });
  return toBatch(data, ids, width, HIDDEN_LABELLED, chosen, random);
}

function drawShard({ shards }: PretrainData, random: Random): Uint16Array {
  let left = random() * shards.reduce((sum, { share }) => sum + share, 0);
  for (const { tokens, share } of shards) {
    left -= share;
    if (left < 0) return tokens;
  }
  return shards.at(-1)?.tokens ?? new Uint16Array();
}

/** @param chosen which labelled text each row is; undefined for rows without labels */
function toBatch(
  { vocabulary, labelled }: PretrainData,
  ids: Int32Array,
  width: number,
  hidden: number,
  chosen: readonly number[] | undefined,
  random: Random,
): HostTensors {
  const shape = [ids.length / width, width];
  const mask = ids.map((id) => (id === 0 ? 0 : 1));
  // Writes the masks into the ids.
  const targets = hideTokens(vocabulary, ids, width, hidden, random);
  return {
    ...{ ids: integers(shape, ids), mask: integers(shape, mask) },
    ...targets,
    ...labelTensors(labelled, chosen, ids.length / width),
  };
}

/** Hides a share of each row's tokens, in place; what they were, by their places in the batch. */
function hideTokens(
  vocabulary: MaskVocabulary,
  ids: Int32Array,
  width: number,
  hidden: number,
  random: Random,
): HostTensors {
  const rows = ids.length / width;
  const original = ids.slice();
  const perRow = Math.round(hidden * width);
  const slots = rows * perRow;
  const places = new Int32Array(slots);
  const targets = new Int32Array(slots);
  const weights = new Float32Array(slots);
  for (let row = 0; row < rows; row += 1) {
    const line = ids.subarray(row * width, (row + 1) * width);
    const tokens = line.filter((id) => id !== 0).length;
    const found = maskRow(line, Math.max(1, Math.round(hidden * tokens)), vocabulary, random);
    found.forEach((place, i) => {
      places[row * perRow + i] = row * width + place;
      targets[row * perRow + i] = original[row * width + place] ?? 0;
      weights[row * perRow + i] = 1;
    });
  }
  return {
    places: integers([slots], places),
    targets: integers([slots], targets),
    targetWeights: floats([slots], weights),
  };
}

/** The label of each row for each task; one that a row does not have does not count. */
function labelTensors(
  labelled: LabelledShard,
  chosen: readonly number[] | undefined,
  rows: number,
): HostTensors {
  const batch: HostTensors = {};
  for (const task of tasks) {
    const labels = Int32Array.from({ length: rows }, (_, row) => {
      const from = chosen?.[row];
      return from === undefined ? -1 : (labelled.labels[task][from] ?? -1);
    });
    const weights = Float32Array.from(labels, (label) => (label < 0 ? 0 : 1));
    batch[task] = integers(
      [rows],
      labels.map((label) => Math.max(0, label)),
    );
    batch[`${task}Weights`] = floats([rows], weights);
  }
  return batch;
}
