import { CameoError } from '../../errors.ts';
import type { TrainingRow } from '../../ml/run/spec.ts';
import { labelledRows } from './labelled-rows.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { RowsDeps, RowsRequest, TrainingRows } from './request.ts';
import { sourcesFor } from './sources-for.ts';
import { customerSubjects, labelledSubjects } from './subjects.ts';
import { createTally, type Tally } from './tally.ts';
import { pairRows, pretrainingRows } from './unlabelled-rows.ts';

const UNLABELLED = new Set(['PRETRAIN', 'EMBED']);
const LABELS_AT_A_TIME = 500;
/** Fewer: each comes with all of their texts. */
const CUSTOMERS_AT_A_TIME = 50;

/**
 * Rows to train on, drawn as they are read: masked, in a stable order, a chunk in memory at a time,
 * each from what had happened by its own time, that instant included. Read them once:
 *
 *     const rows = buildTrainingRows(deps, request);
 *     for await (const row of rows) ...
 *     rows.report();  // what was left out, and why
 *
 * `row.label` by kind of task: CLASSIFY a class, MULTI_LABEL a list of classes, REGRESS a number,
 * SEQUENCE a list of `start:end:label` (parseSpan in src/ml/text/spans.ts), GENERATE the text or list
 * of labels to write, EMBED a text that means the same, PRETRAIN null.
 *
 * @throws CameoError BAD_INPUT for a request that no rows can answer, NOT_FOUND for an unknown service
 */
export function buildTrainingRows(deps: RowsDeps, request: RowsRequest): TrainingRows {
  checkRequest(request);
  const tally = createTally();
  const rows = draw(deps, request, tally);
  return { [Symbol.asyncIterator]: () => rows, report: tally.report };
}

function checkRequest({ task, text, service }: RowsRequest): void {
  const { kind, labels } = task;
  const needs = (what: string, field: string) =>
    new CameoError('BAD_INPUT', `${kind} needs ${what}.`, [...field.split('.')]);
  if (!UNLABELLED.has(kind) && !labels) throw needs('the task of its labels', 'task.labels');
  if (UNLABELLED.has(kind) && text === 'NONE') throw needs('texts', 'source.text');
  if (kind === 'SEQUENCE' && text !== 'EVENTS') throw needs('the texts of events', 'source.text');
  if (kind === 'GENERATE' && text === 'NONE') throw needs('texts', 'source.text');
  if (text === 'NONE' && service === undefined) throw needs('texts or a service', 'source');
}

async function* draw(
  deps: RowsDeps,
  request: RowsRequest,
  tally: Tally,
): AsyncGenerator<TrainingRow, undefined> {
  const labelled = !UNLABELLED.has(request.task.kind);
  const subjects = labelled ? labelledSubjects(deps, request) : customerSubjects(deps, request);
  const size = labelled ? LABELS_AT_A_TIME : CUSTOMERS_AT_A_TIME;
  // Texts alone are read without what the customer looked like at another time.
  const joined = labelled || request.text === 'CUSTOMER' ? request : {};
  for await (const chunk of prepare(deps, joined, subjects, size))
    yield* await rowsOf(deps, request, chunk, tally);
}

async function rowsOf(
  deps: RowsDeps,
  request: RowsRequest,
  chunk: readonly Prepared[],
  tally: Tally,
): Promise<TrainingRow[]> {
  if (request.task.kind === 'PRETRAIN') return pretrainingRows(deps, request, chunk, tally);
  if (request.task.kind === 'EMBED') return pairRows(deps, request, chunk, tally);
  return labelledRows(request, chunk, await sourcesFor(deps, request, chunk), tally);
}
