import type { Actor } from '../../auth.ts';
import { CameoError } from '../../errors.ts';
import { isT5 } from '../../ml/t5/is-t5.ts';
import { noBase, shippedBase } from './bases.ts';
import type { ModelDeps } from './deps.ts';
import type { ModelTrainInput } from './input.ts';
import { isGeneral, type TaskKind } from './kinds.ts';
import type { TrainingRequest } from './request.ts';
import { requireVersion, type VersionRow } from './version.ts';

/** What a training starts from: a base by name, or an earlier version. */
export interface Start {
  readonly request: Pick<TrainingRequest, 'base' | 'from'>;
  /** The version, where it is one. */
  readonly version?: VersionRow;
  /** Whether the model reads and writes text: a T5. */
  readonly textToText: boolean;
}

/**
 * @param labels the task's labels
 * @param reads whether the model reads text at all
 * @throws CameoError NOT_FOUND or BAD_INPUT when it cannot start there
 */
export async function checkStart(
  deps: ModelDeps,
  actor: Actor,
  input: ModelTrainInput,
  labels: string | null,
  reads: boolean,
): Promise<Start> {
  const { kind } = input.task;
  if (input.from == null) return startOfBase(deps, kind, input.base ?? undefined, reads);
  if (input.base != null)
    throw new CameoError('BAD_INPUT', 'Start from a version or from a base, not from both.', [
      'base',
    ]);
  const version = await requireVersion(deps.db, actor, input.from, ['from']);
  const textToText = isTextToText(version);
  if (!canGoOn(version, kind, labels)) throw otherTask(version, kind, labels);
  requireFit(kind, textToText, `Version ${version.id}`, 'from');
  return { request: { from: version.id }, version, textToText };
}

async function startOfBase(
  { bases }: ModelDeps,
  kind: TaskKind,
  base: string | undefined,
  reads: boolean,
): Promise<Start> {
  const request = base === undefined ? {} : { base };
  if (base === undefined && !reads) return { request, textToText: false };
  const folder = bases.find(base ?? shippedBase(kind));
  if (folder === undefined) throw noBase(base, kind);
  const textToText = await isT5(folder);
  requireFit(kind, textToText, `The base "${base ?? shippedBase(kind)}"`, 'base');
  return { request, textToText };
}

/** Only models that read and write text write answers; either kind goes on pre-training. */
function requireFit(kind: TaskKind, textToText: boolean, what: string, field: string): void {
  if (kind === 'PRETRAIN' || textToText === (kind === 'GENERATE')) return;
  throw new CameoError(
    'BAD_INPUT',
    textToText
      ? `${what} is a text-to-text model (T5), which ${kind} cannot use: take an encoder.`
      : `${what} is no text-to-text model (T5), which GENERATE needs.`,
    [field],
  );
}

/** Of what is pre-trained, only a text-to-text model has a longest answer. */
const isTextToText = ({ kind, hyperparameters }: VersionRow): boolean =>
  kind === 'GENERATE' ||
  (kind === 'PRETRAIN' && 'maxTokens' in (hyperparameters as Record<string, unknown>));

/** A model that answers in words may go on with any question; others keep their labels. */
function canGoOn(version: VersionRow, kind: TaskKind, labels: string | null): boolean {
  const same = version.kind === kind && (kind === 'GENERATE' || version.labels === labels);
  return same || isGeneral(version.kind);
}

function otherTask({ id, ...version }: VersionRow, kind: TaskKind, labels: string | null) {
  const task = (of: string, name: string | null) => (name === null ? of : `${of} of "${name}"`);
  return new CameoError(
    'BAD_INPUT',
    `Version ${id} was trained for another task: ${task(version.kind, version.labels)}, not ${task(kind, labels)}.`,
    ['from'],
  );
}
