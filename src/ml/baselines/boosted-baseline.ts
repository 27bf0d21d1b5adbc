import { z } from 'zod';
import { permutation, seededRandom } from '../random.ts';
import type { TrainingRow } from '../run/spec.ts';
import { categoryOf, featuresOf, numberOf } from '../tabular/encoding.ts';
import type {
  Baseline,
  BaselineInput,
  BaselineTask,
  FitOptions,
  FittedBaseline,
} from './baseline.ts';
import { savedTask } from './linear-json.ts';
import { labelsOf, targetOf } from './targets.ts';
import { growTrees, LABEL, loadTrees, type TreeColumns, type Trees } from './trees.ts';

export interface BoostedOptions {
  /** Models to average, each with another tenth of the rows held out to stop by. */
  readonly bags: number;
  /** Also average in a random forest, with half of the weight. */
  readonly forest: boolean;
}

/** One set of trees a task, or one a label for MULTI_LABEL. */
interface Group {
  /** The label that is told from the rest; null where the trees give the task's own outputs. */
  readonly label: string | null;
  readonly members: readonly { readonly trees: Trees; readonly weight: number }[];
}

/** Gradient-boosted trees on the features as they are: trees need no scaling. */
export function boostedBaseline(options: BoostedOptions = { bags: 1, forest: false }): Baseline {
  return {
    name: 'boosted-trees',
    fit: async (task, rows, fitOptions = {}) =>
      fitted(task, await grow(task, rows, options, fitOptions)),
  };
}

async function grow(
  task: BaselineTask,
  rows: readonly TrainingRow[],
  options: BoostedOptions,
  { seed = 1 }: FitOptions,
): Promise<Group[]> {
  const random = seededRandom(seed).next;
  const groups: Group[] = [];
  for (const label of task.kind === 'MULTI_LABEL' ? task.labels : [null]) {
    const members: { trees: Trees; weight: number }[] = [];
    const add = async (kind: 'BOOSTED' | 'FOREST', weight: number) => {
      const columns = { ...columnsOf(task, order), [LABEL]: labelColumn(task, order, label) };
      members.push({ trees: await growTrees(kind, treeTask(task), columns), weight });
    };
    let order = [...rows];
    for (let bag = 0; bag < options.bags; bag += 1) {
      await add('BOOSTED', (options.forest ? 0.5 : 1) / options.bags);
      order = permutation(rows.length, random).map((i) => rows[i] as TrainingRow);
    }
    if (options.forest) await add('FOREST', 0.5);
    groups.push({ label, members });
  }
  return groups;
}

function fitted(task: BaselineTask, groups: readonly Group[]): FittedBaseline {
  return {
    name: 'boosted-trees',
    predict: (rows) => {
      const columns = columnsOf(task, rows);
      const parts = groups.map((group) => average(task, group, columns, rows.length));
      return rows.map((_, i) => parts.flatMap((part) => part[i] ?? []));
    },
    save: () => JSON.stringify({ name: 'boosted-trees', task, groups: groups.map(saveGroup) }),
    dispose: () => {
      for (const { members } of groups) for (const { trees } of members) trees.dispose();
    },
  };
}

/** (N, outputs) of one group. */
function average(task: BaselineTask, group: Group, columns: TreeColumns, rows: number): number[][] {
  const labels = group.label === null ? task.labels : [group.label];
  const width = task.kind === 'REGRESS' ? 1 : labels.length;
  const sums = Array.from({ length: rows }, () => new Array<number>(width).fill(0));
  for (const { trees, weight } of group.members) {
    const outputs = trees.predict(columns, rows);
    for (const [i, sum] of sums.entries())
      for (let k = 0; k < width; k += 1)
        sum[k] = (sum[k] as number) + weight * outputOf(task, trees, outputs, i, labels[k]);
  }
  return sums;
}

function outputOf(
  task: BaselineTask,
  { classes }: Trees,
  outputs: readonly number[],
  row: number,
  label: string | undefined,
): number {
  if (task.kind === 'REGRESS') return outputs[row] as number;
  const at = classes.indexOf(`=${label}`);
  // A class that no training row has.
  if (at < 0) return 0;
  if (classes.length !== 2) return outputs[row * classes.length + at] as number;
  return at === 1 ? (outputs[row] as number) : 1 - (outputs[row] as number);
}

const treeTask = (task: BaselineTask) =>
  task.kind === 'REGRESS' ? 'REGRESSION' : 'CLASSIFICATION';

function columnsOf(task: BaselineTask, rows: readonly BaselineInput[]): TreeColumns {
  const width = task.features.length;
  return Object.fromEntries(
    task.features.map(({ kind, name }, i) => [
      `f${i}`,
      kind === 'number'
        ? rows.map((row) => numberOf(featuresOf(row, width)[i] ?? null, row, name) ?? Number.NaN)
        : rows.map((row) => named(categoryOf(featuresOf(row, width)[i] ?? null, row, name))),
    ]),
  );
}

/** "=" keeps values apart from the name for none. */
function named(value: string | null): string {
  return value === null ? 'missing' : `=${value}`;
}

function labelColumn(
  task: BaselineTask,
  rows: readonly TrainingRow[],
  label: string | null,
): number[] | string[] {
  if (task.kind === 'REGRESS') return rows.map(targetOf);
  const own = rows.map((row) => labelsOf(task, row).map((index) => task.labels[index] as string));
  return own.map((labels) =>
    label === null ? `=${labels[0]}` : labels.includes(label) ? `=${label}` : 'rest',
  );
}

export const savedBoosted = z.object({
  name: z.literal('boosted-trees'),
  task: savedTask,
  groups: z.array(
    z.object({
      label: z.string().nullable(),
      members: z.array(z.object({ weight: z.number(), files: z.record(z.string(), z.base64()) })),
    }),
  ),
});

function saveGroup({ label, members }: Group): z.infer<typeof savedBoosted>['groups'][number] {
  return {
    label,
    members: members.map(({ trees, weight }) => ({
      weight,
      files: Object.fromEntries(
        Object.entries(trees.save()).map(([name, data]) => [
          name,
          Buffer.from(data).toString('base64'),
        ]),
      ),
    })),
  };
}

export async function loadBoosted(saved: z.infer<typeof savedBoosted>): Promise<FittedBaseline> {
  const groups: Group[] = [];
  for (const { label, members } of saved.groups) {
    const grown: { trees: Trees; weight: number }[] = [];
    for (const { files, weight } of members)
      grown.push({ trees: await loadTrees(bytesOf(files)), weight });
    groups.push({ label, members: grown });
  }
  return fitted(saved.task, groups);
}

function bytesOf(files: Readonly<Record<string, string>>): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name,
      new Uint8Array(Buffer.from(text, 'base64')),
    ]),
  );
}
