import type { TrainingSpec } from '../../../ml/run/spec.ts';
import { featureColumns } from '../../training/columns.ts';
import { labelSet } from '../../training/label-set.ts';
import type { RowsRequest } from '../../training/request.ts';
import { hasClasses } from '../kinds.ts';
import { teacherOf, withTeacher } from '../teacher.ts';
import type { BegunRun } from './begin-run.ts';
import type { TrainingDeps } from './deps.ts';
import { baseFolder, folderOf } from './start-folder.ts';

/** What goes into a run's folder. */
export interface Plan {
  readonly spec: TrainingSpec;
  /** The run's own rows. */
  readonly rows: RowsRequest;
  /** Rows of other files, by the name of the file. */
  readonly further: ReadonlyMap<string, RowsRequest>;
}

/** The plan of most kinds of task: one file of rows. */
export async function planRun(deps: TrainingDeps, run: BegunRun): Promise<Plan> {
  const rows = rowsRequest(deps, run);
  return { rows, spec: await specOf(deps, run, rows), further: new Map() };
}

function rowsRequest({ clock }: TrainingDeps, { model, request }: BegunRun): RowsRequest {
  return {
    domain: { id: model.domainId, key: model.domain },
    task: { kind: model.kind, ...(model.labels !== null && { labels: model.labels }) },
    text: request.text,
    ...(request.service !== undefined && { service: request.service }),
    at: request.at === undefined ? clock.now() : new Date(request.at),
  };
}

async function specOf(
  deps: TrainingDeps,
  { model, request }: BegunRun,
  { domain, task, at, service }: RowsRequest,
): Promise<TrainingSpec> {
  const set = hasClasses(model.kind) ? await labelSet(deps, domain, task, at) : undefined;
  const labels = set?.values.map(({ value }) => value).sort() ?? [];
  const features = service === undefined ? [] : await featureColumns(deps, service);
  const active = await folderOf(deps, model.activeVersionId);
  const { shots, seed, hyperparameters, text } = request;
  const teacherId = teacherOf(hyperparameters);
  const teacher = await folderOf(deps, teacherId === undefined ? undefined : Number(teacherId));
  return {
    task: { kind: model.kind, labels, name: model.labels ?? model.name },
    base: (await folderOf(deps, request.from)) ?? baseFolder(deps, model.kind, request),
    ...(active !== undefined && { active }),
    ...{ text, features: [...features], seed },
    hyperparameters:
      teacher === undefined ? hyperparameters : withTeacher(hyperparameters, teacher),
    ...(shots !== undefined && { shots }),
    threads: deps.trainer.threads,
    backend: deps.trainer.backend,
  };
}
