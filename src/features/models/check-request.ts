import type { Actor } from '../../auth.ts';
import { CameoError } from '../../errors.ts';
import { checkInstant } from '../identity/check-instant.ts';
import { checkJsonObject } from '../identity/check-json.ts';
import { noBase } from './bases.ts';
import type { ModelDeps } from './deps.ts';
import type { ModelTrainInput, TrainingSource } from './input.ts';
import { isGeneral, needsText, type TaskKind } from './kinds.ts';
import type { TrainingRequest } from './request.ts';
import { teacherOf } from './teacher.ts';
import { requireVersion, versionById } from './version.ts';

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
  labels: string | null,
): Promise<TrainingRequest> {
  const { kind } = input.task;
  const source = checkSource(deps, kind, input.source ?? {});
  return {
    ...source,
    ...(await checkStart(deps, actor, input, labels, source.text !== 'NONE')),
    hyperparameters: await checkHyperparameters(deps, actor, input, labels),
    ...(input.shots != null && { shots: atLeast(input.shots, 1, 'shots') }),
    seed: atLeast(input.seed ?? 0, 0, 'seed'),
  };
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

/** What it starts from: a base by name, or an earlier version. */
async function checkStart(
  deps: ModelDeps,
  actor: Actor,
  input: ModelTrainInput,
  labels: string | null,
  reads: boolean,
): Promise<Pick<TrainingRequest, 'base' | 'from'>> {
  if (input.from != null) {
    if (input.base != null)
      throw new CameoError('BAD_INPUT', 'Start from a version or from a base, not from both.', [
        'base',
      ]);
    return { from: await checkFrom(deps, actor, input.from, input.task.kind, labels) };
  }
  const { base = null } = input;
  if ((base !== null || reads) && deps.bases.find(base ?? undefined) === undefined)
    throw noBase(base ?? undefined);
  return base === null ? {} : { base };
}

async function checkFrom(
  { db }: ModelDeps,
  actor: Actor,
  from: string | number,
  kind: TaskKind,
  labels: string | null,
): Promise<number> {
  const version = await requireVersion(db, actor, from, ['from']);
  const same = version.kind === kind && version.labels === labels;
  if (same || isGeneral(version.kind)) return version.id;
  const task = (of: string, name: string | null) => (name === null ? of : `${of} of "${name}"`);
  throw new CameoError(
    'BAD_INPUT',
    `Version ${from} was trained for another task: ${task(version.kind, version.labels)}, not ${task(kind, labels)}.`,
    ['from'],
  );
}

async function checkHyperparameters(
  deps: ModelDeps,
  actor: Actor,
  { hyperparameters: given, task }: ModelTrainInput,
  labels: string | null,
): Promise<Record<string, unknown>> {
  const field = ['hyperparameters'];
  const values = (given ?? {}) as Record<string, unknown>;
  checkJsonObject(values, 'hyperparameters', MOST_HYPERPARAMETERS, field);
  const [fault] = deps.checkHyperparameters(values);
  if (fault) throw new CameoError('BAD_INPUT', fault.message, [...field, ...fault.path]);
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

function atLeast(value: number, least: number, name: string): number {
  if (Number.isInteger(value) && value >= least && value <= MOST_SEED) return value;
  throw new CameoError('BAD_INPUT', `${name} is a whole number from ${least} up.`, [name]);
}
