import type { TrainingSpec } from '../../../ml/run/spec.ts';
import { type AnswerKind, answerSet } from '../../training/answer-set.ts';
import type { RowsRequest } from '../../training/request.ts';
import { readAsked } from '../text-to-text/hyperparameters.ts';
import type { BegunRun } from './begin-run.ts';
import type { TrainingDeps } from './deps.ts';
import type { Plan } from './plan.ts';
import { planSource } from './plan-source.ts';

/**
 * The plan of a text-to-text training: what its tasks may answer, a file for each further task, and
 * one for the rows of the version that it goes on from.
 */
export async function planTextToText(
  deps: TrainingDeps,
  run: BegunRun,
  { rows, spec }: Plan,
): Promise<Plan> {
  const { hyperparameters } = run.request;
  const asked = readAsked(hyperparameters);
  const main = await answered(deps, rows, asked.answers);
  const tasks = await Promise.all(
    asked.tasks.map(async (name, index) => {
      // The same texts as the main task reads: a version is asked all its tasks at once.
      const own: RowsRequest = { ...rows, task: { kind: 'GENERATE', labels: name } };
      const request = await answered(deps, own, 'auto');
      return { name, request, file: `task-${index + 1}.jsonl` };
    }),
  );
  const source = await planSource(deps, run, rows, asked);
  return {
    rows: main,
    spec: {
      ...spec,
      task: { ...spec.task, labels: labelsOf(main) },
      hyperparameters: {
        ...ownOf(hyperparameters),
        tasks: tasks.map(({ name, request, file }) => ({
          ...{ name, labels: labelsOf(request), rows: file },
        })),
        ...(source && { replay: source.replay }),
      },
      ...(source?.root !== undefined && { root: source.root }),
    },
    further: new Map([
      ...tasks.map(({ file, request }) => [file, request] as const),
      ...(source ? [[source.file, source.rows] as const] : []),
    ]),
  };
}

/** What the training process knows under the same names. */
function ownOf(hyperparameters: TrainingSpec['hyperparameters']): TrainingSpec['hyperparameters'] {
  const { answers, tasks, replay, ...own } = hyperparameters;
  return own;
}

const labelsOf = ({ labels }: RowsRequest): string[] => [...(labels ?? [])];

/** A request with what may be answered. */
async function answered(
  deps: TrainingDeps,
  rows: RowsRequest,
  kind: AnswerKind,
): Promise<RowsRequest> {
  const { domain, task, at = deps.clock.now() } = rows;
  const { labels, several } = await answerSet(deps, domain, task.labels ?? '', at, kind);
  return { ...rows, task: { ...task, several }, ...(labels.length > 0 && { labels }) };
}
