import type { Actor } from '../../auth.ts';
import { CameoError } from '../../errors.ts';
import { checkInstant } from '../identity/check-instant.ts';
import { checkJsonObject } from '../identity/check-json.ts';
import type { DomainRow } from '../identity/domain.ts';
import { checkHeads } from './check-heads.ts';
import { requireLabelled } from './check-labels.ts';
import { checkStart, type Start } from './check-start.ts';
import type { HyperparameterFault, ModelDeps } from './deps.ts';
import type { ModelTrainInput, TrainingSource } from './input.ts';
import { needsLabels, needsText, type TaskKind } from './kinds.ts';
import type { TrainingRequest } from './request.ts';
import { teacherOf } from './teacher.ts';
import { readAsked, textToTextFaults } from './text-to-text/hyperparameters.ts';
import { isElsewhere } from './text-to-text/transfer.ts';
import { usualText } from './text-to-text/usual-text.ts';
import { versionById } from './version.ts';

const MOST_HYPERPARAMETERS = 16_384;
const MOST_SEED = 2_147_483_647;

/**
 * The part of a request that a retraining repeats.
 * @throws CameoError with the place in the input.
 */
export async function checkRequest(
  deps: ModelDeps,
  actor: Actor,
  input: ModelTrainInput,
  domain: DomainRow,
  labels: string | null,
): Promise<TrainingRequest> {
  const { kind } = input.task;
  const source = checkSource(deps, kind, await withText(deps, domain, input, labels));
  const start = await checkStart(deps, actor, input, labels, source.text !== 'NONE');
  return {
    ...source,
    ...start.request,
    hyperparameters: start.textToText
      ? await checkTextToText(deps, domain, input, start)
      : await checkHyperparameters(deps, actor, input, domain, labels),
    ...(input.shots != null && { shots: atLeast(input.shots, 1, 'shots') }),
    seed: atLeast(input.seed ?? 0, 0, 'seed'),
  };
}

/** A text-to-text model reads what its labels are about, when nobody says what. */
async function withText(
  { db }: ModelDeps,
  domain: DomainRow,
  { task, source }: ModelTrainInput,
  labels: string | null,
): Promise<TrainingSource> {
  if (task.kind !== 'GENERATE' || labels === null || source?.text != null) return source ?? {};
  return { ...source, text: await usualText(db, domain.id, labels) };
}

function checkSource(
  { store, clock }: ModelDeps,
  kind: TaskKind,
  source: TrainingSource,
): Pick<TrainingRequest, 'text' | 'service' | 'at'> {
  const service = source.service ?? undefined;
  const text = source.text ?? (service === undefined ? 'EVENTS' : 'NONE');
  if (service !== undefined && !store.list().services.some(({ name }) => name === service))
    throw new CameoError('NOT_FOUND', `There is no feature service "${service}".`, [
      ...['source', 'service'],
    ]);
  if (text === 'NONE' && (service === undefined || needsText(kind)))
    throw new CameoError(
      'BAD_INPUT',
      needsText(kind)
        ? `${kind} reads texts: take EVENTS or CUSTOMER.`
        : 'There is nothing to learn from: name a text source or a feature service.',
      ['source', 'text'],
    );
  if (kind === 'SEQUENCE' && text !== 'EVENTS')
    throw new CameoError('BAD_INPUT', 'SEQUENCE labels the texts of events: take EVENTS.', [
      ...['source', 'text'],
    ]);
  const at = source.at == null ? undefined : pastInstant(source.at, clock.now());
  return { text, ...(service !== undefined && { service }), ...(at && { at: at.toISOString() }) };
}

function pastInstant(at: Date, now: Date): Date {
  const field = ['source', 'at'];
  const instant = checkInstant(at, now, field);
  if (instant <= now) return instant;
  throw new CameoError('BAD_INPUT', 'Nothing is known yet of that time: it is to come.', field);
}

async function checkHyperparameters(
  deps: ModelDeps,
  actor: Actor,
  { hyperparameters: given, task }: ModelTrainInput,
  domain: DomainRow,
  labels: string | null,
): Promise<Record<string, unknown>> {
  const field = ['hyperparameters'];
  const values = objectOf(given);
  refuse(deps.checkHyperparameters(values));
  await checkHeads(deps.db, domain, task, values);
  const teacher = teacherOf(values);
  if (teacher !== undefined) {
    const version = await versionById(deps.db, actor, teacher);
    if (version?.kind !== task.kind || version.labels !== labels)
      throw new CameoError('BAD_INPUT', 'A teacher is the id of a model version of this task.', [
        ...[...field, 'distill', 'teacher'],
      ]);
  }
  return values;
}

function objectOf(given: unknown): Record<string, unknown> {
  const values = (given ?? {}) as Record<string, unknown>;
  checkJsonObject(values, 'hyperparameters', MOST_HYPERPARAMETERS, ['hyperparameters']);
  return values;
}

function refuse([fault]: readonly HyperparameterFault[]): void {
  if (!fault) return;
  throw new CameoError('BAD_INPUT', fault.message, ['hyperparameters', ...fault.path]);
}

/** Those of a text-to-text model; its further tasks must have labels. */
async function checkTextToText(
  { db }: ModelDeps,
  domain: DomainRow,
  { hyperparameters, task }: ModelTrainInput,
  { version }: Start,
): Promise<Record<string, unknown>> {
  const values = objectOf(hyperparameters);
  const labelled = needsLabels(task.kind);
  const transfers = version !== undefined && isElsewhere(version, domain.key, task.labels ?? null);
  refuse(textToTextFaults(values, { labelled, transfers }));
  for (const [index, name] of readAsked(values).tasks.entries()) {
    const field = ['hyperparameters', 'tasks', String(index)];
    if (name === task.labels)
      throw new CameoError('BAD_INPUT', `"${name}" is the task itself: leave it out.`, field);
    await requireLabelled(db, domain, name, field);
  }
  return values;
}

function atLeast(value: number, least: number, name: string): number {
  if (Number.isInteger(value) && value >= least && value <= MOST_SEED) return value;
  throw new CameoError('BAD_INPUT', `${name} is a whole number from ${least} up.`, [name]);
}
