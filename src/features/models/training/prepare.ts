import { systemActor } from '../../../auth.ts';
import { CameoError } from '../../../errors.ts';
import type { TrainingSpec } from '../../../ml/run/spec.ts';
import { featureColumns } from '../../training/columns.ts';
import { labelSet } from '../../training/label-set.ts';
import type { RowsReport, RowsRequest } from '../../training/request.ts';
import { buildTrainingRows } from '../../training/rows.ts';
import { noBase } from '../bases.ts';
import { hasClasses } from '../kinds.ts';
import { teacherOf, withTeacher } from '../teacher.ts';
import { versionsById } from '../version.ts';
import type { BegunRun } from './begin-run.ts';
import type { TrainingDeps } from './deps.ts';
import { writeFolder } from './folder.ts';

const trainer = systemActor('job:train');

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
  const request = rowsRequest(deps, run);
  const spec = await specOf(deps, run, request);
  const rows = buildTrainingRows(deps, request);
  async function* untilStopped() {
    for await (const row of rows) {
      signal.throwIfAborted();
      yield row;
    }
  }
  const count = await writeFolder(folder, untilStopped(), () => spec);
  return count > 0 ? spec : nothing(rows.report());
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
    base: (await folderOf(deps, request.from)) ?? baseFolder(deps, request),
    ...(active !== undefined && { active }),
    ...{ text, features: [...features], seed },
    hyperparameters:
      teacher === undefined ? hyperparameters : withTeacher(hyperparameters, teacher),
    ...(shots !== undefined && { shots }),
    threads: deps.trainer.threads,
    backend: deps.trainer.backend,
  };
}

/** Empty for a training that reads no text, which needs none. */
function baseFolder({ bases }: TrainingDeps, { base, text }: BegunRun['request']): string {
  const folder = bases.find(base);
  if (folder !== undefined) return folder;
  if (text === 'NONE') return '';
  throw noBase(base);
}

async function folderOf(
  { db, artefacts }: TrainingDeps,
  versionId: number | null | undefined,
): Promise<string | undefined> {
  if (versionId == null) return undefined;
  const [version] = await versionsById(db, trainer, [versionId]);
  if (!version) throw new CameoError('NOT_FOUND', `Model version ${versionId} is gone.`);
  return artefacts.open(version.artefact);
}

function nothing({ bad }: RowsReport): string {
  const left = bad.map(({ reason, count }) => `${count} ${reason}`).join(', ');
  return `There are no rows to train on${left ? `: the labels that there are cannot be used (${left})` : ''}.`;
}
