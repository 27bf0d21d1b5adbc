import type { TrainingRow, TrainingSpec } from '../../../ml/run/spec.ts';
import type { RowsReport, RowsRequest } from '../../training/request.ts';
import { buildTrainingRows } from '../../training/rows.ts';
import type { BegunRun } from './begin-run.ts';
import type { TrainingDeps } from './deps.ts';
import { writeFolder } from './folder.ts';
import { planRun } from './plan.ts';
import { planHeads } from './plan-heads.ts';
import { planTextToText } from './plan-text-to-text.ts';

/**
 * Draws the rows of a run and writes its folder.
 * @returns the spec; or, as a text, why there is nothing to train on
 * @throws CameoError when something that the request names is not there any more
 */
export async function prepareRun(
  deps: TrainingDeps,
  run: BegunRun,
  folder: string,
  signal: AbortSignal,
): Promise<TrainingSpec | string> {
  const plain = await planRun(deps, run);
  const plan =
    run.model.kind === 'GENERATE'
      ? await planTextToText(deps, run, plain)
      : await planHeads(deps, plain);
  const rows = buildTrainingRows(deps, plan.rows);
  const further = new Map(
    [...plan.further].map(([file, request]) => [file, drawn(deps, request, signal)]),
  );
  const count = await writeFolder(folder, untilStopped(rows, signal), further, plan.spec);
  return count > 0 ? plan.spec : nothing(rows.report());
}

const drawn = (deps: TrainingDeps, request: RowsRequest, signal: AbortSignal) =>
  untilStopped(buildTrainingRows(deps, request), signal);

async function* untilStopped(
  rows: AsyncIterable<TrainingRow>,
  signal: AbortSignal,
): AsyncGenerator<TrainingRow> {
  for await (const row of rows) {
    signal.throwIfAborted();
    yield row;
  }
}

function nothing({ bad }: RowsReport): string {
  const left = bad.map(({ reason, count }) => `${count} ${reason}`).join(', ');
  return `There are no rows to train on${left ? `: the labels that there are cannot be used (${left})` : ''}.`;
}
