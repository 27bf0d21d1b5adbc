import type { Ydf, YdfModel } from 'ydf-training';
import createYdf from 'ydf-training';
import { MlError } from '../errors.ts';

/** Columns by name: numbers (NaN is missing) or categories. */
export type TreeColumns = Record<string, number[] | string[]>;

/** A trained forest in the wasm module's memory; `dispose` frees it. */
export interface Trees {
  /** Outputs of N rows, one after the other: values, P(second class), or P of each class. */
  predict(columns: TreeColumns, rows: number): number[];
  /** Classes in the order of the outputs. */
  readonly classes: readonly string[];
  /** The model's files. */
  save(): Record<string, Uint8Array>;
  dispose(): void;
}

export type TreeTask = 'CLASSIFICATION' | 'REGRESSION';

/** The target's column. */
export const LABEL = 'label';

// One module a process: it takes 16 MB, compiling it takes time, and models in it are freed.
let shared: Promise<Ydf> | undefined;

function ydfOf(): Promise<Ydf> {
  // The library logs each tree; what goes wrong comes as an exception as well.
  const quiet = () => {};
  shared ??= createYdf({ print: quiet, printErr: quiet });
  return shared;
}

/**
 * Gradient-boosted trees (Friedman 2001) or a random forest (Breiman 2001) by Yggdrasil Decision
 * Forests with its default settings, which are all that its JavaScript port offers: boosting holds
 * out a tenth of the rows and stops when their loss rises.
 * @throws MlError when the library refuses the rows.
 */
export async function growTrees(
  kind: 'BOOSTED' | 'FOREST',
  task: TreeTask,
  columns: TreeColumns,
): Promise<Trees> {
  const ydf = await ydfOf();
  const Learner = kind === 'BOOSTED' ? ydf.GradientBoostedTreesLearner : ydf.RandomForestLearner;
  try {
    return treesOf(ydf, new Learner(LABEL, task).train(columns).internalModel);
  } catch (error) {
    throw refusal(error);
  }
}

/** @throws MlError when the files are not of a model. */
export async function loadTrees(files: Readonly<Record<string, Uint8Array>>): Promise<Trees> {
  const ydf = await ydfOf();
  const folder = freshFolder();
  ydf.FS.mkdirTree(folder);
  for (const [name, data] of Object.entries(files)) ydf.FS.writeFile(`${folder}/${name}`, data);
  try {
    const model = ydf.InternalLoadModel(folder);
    if (model) return treesOf(ydf, model);
  } catch (error) {
    throw new MlError('BAD_FILE', 'The decision trees cannot be read.', { cause: error });
  } finally {
    removeFolder(ydf, folder);
  }
  throw new MlError('BAD_FILE', 'The decision trees cannot be read.');
}

function treesOf(ydf: Ydf, model: YdfModel): Trees {
  return {
    classes: listOf(model.getLabelClasses()).map(textOf),
    predict: (columns, rows) => predict(model, columns, rows),
    save: () => save(ydf, model),
    dispose: () => model.delete(),
  };
}

function predict(model: YdfModel, columns: TreeColumns, rows: number): number[] {
  model.newBatchOfExamples(rows);
  for (const { name, type, internalIdx } of listOf(model.getInputFeatures())) {
    for (const [row, value] of (columns[textOf(name)] ?? []).entries())
      if (type === 'NUMERICAL' && typeof value === 'number') {
        if (!Number.isNaN(value)) model.setNumerical(row, internalIdx, value);
      } else if (typeof value === 'string') model.setCategoricalString(row, internalIdx, value);
  }
  return listOf(model.predict());
}

function save(ydf: Ydf, model: YdfModel): Record<string, Uint8Array> {
  const folder = freshFolder();
  model.save(folder);
  const names = ydf.FS.readdir(folder).filter((name) => !/^\.\.?$/.test(name));
  const files = names.map(
    (name) => [name, ydf.FS.readFile(`${folder}/${name}`, { encoding: 'binary' })] as const,
  );
  removeFolder(ydf, folder);
  return Object.fromEntries(files);
}

function refusal(error: unknown): MlError {
  const reason = error instanceof Error ? error.message : String(error);
  return new MlError('BAD_INPUT', `Decision trees cannot learn these rows: ${reason}`, {
    cause: error,
  });
}

let folders = 0;

function freshFolder(): string {
  folders += 1;
  return `/model-${folders}`;
}

function removeFolder(ydf: Ydf, folder: string): void {
  for (const name of ydf.FS.readdir(folder))
    if (!/^\.\.?$/.test(name)) ydf.FS.unlink(`${folder}/${name}`);
  ydf.FS.rmdir(folder);
}

/** The values of a C++ vector, which is freed. */
function listOf<T>(vector: { size(): number; get(i: number): T; delete(): void }): T[] {
  const values = Array.from({ length: vector.size() }, (_, i) => vector.get(i));
  vector.delete();
  return values;
}

/** C++ strings come as text or as bytes. */
function textOf(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : new TextDecoder().decode(value);
}
