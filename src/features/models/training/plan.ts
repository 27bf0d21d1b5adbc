import type { TrainingSpec } from '../../../ml/run/spec.ts';
import { featureColumns } from '../../training/columns.ts';
import { domainLanguage } from '../../training/domain-language.ts';
import { labelSet } from '../../training/label-set.ts';
import type { RowsRequest } from '../../training/request.ts';
import { hasClasses } from '../kinds.ts';
import type { TrainingRequest } from '../request.ts';
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
  const rows = await rowsRequest(deps, run);
  return { rows, spec: await specOf(deps, run, rows), further: new Map() };
}

async function rowsRequest(
  { db, clock }: TrainingDeps,
  { model, request }: BegunRun,
): Promise<RowsRequest> {
  const domain = { id: model.domainId, key: model.domain };
  const at = request.at === undefined ? clock.now() : new Date(request.at);
  return {
    ...{ domain, at, text: request.text },
    task: { kind: model.kind, ...(model.labels !== null && { labels: model.labels }) },
    ...(request.service !== undefined && { service: request.service }),
    ...(request.text === 'CUSTOMER' && {
      language: askedLanguage(request) ?? (await domainLanguage(db, domain, at)),
    }),
  };
}

/** Text-to-text models may be told one; "auto" is the domain's. */
function askedLanguage({ hyperparameters }: TrainingRequest): RowsRequest['language'] {
  const { language } = hyperparameters;
  return language === 'zh' || language === 'en' ? language : undefined;
}

async function specOf(
  deps: TrainingDeps,
  { model, request }: BegunRun,
  { domain, task, at, service, language }: RowsRequest,
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
    ...(language && { language }),
    hyperparameters:
      teacher === undefined ? hyperparameters : withTeacher(hyperparameters, teacher),
    ...(shots !== undefined && { shots }),
    threads: deps.trainer.threads,
    backend: deps.trainer.backend,
  };
}
