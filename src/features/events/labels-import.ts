import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import type { Queryable } from '../../db.ts';
import { CameoError, toUserError, type UserError } from '../../errors.ts';
import { checkString } from '../identity/check-text.ts';
import { writableDomain } from '../identity/domain.ts';
import { markChanged } from '../identity/grow-graph.ts';
import { lockGraph } from '../identity/locks.ts';
import { onGraph } from '../identity/transaction.ts';
import { type CheckedLabel, checkLabel, type LabelInput } from './check-label.ts';
import { findLabelled, type LabelRow } from './find-labelled.ts';

const MOST_LABELS = 5_000;
const MOST_TASK = 100;

export interface LabelsImportInput {
  readonly domain?: string | null | undefined;
  /** The name that training asks for. */
  readonly task: string;
  readonly labels: readonly LabelInput[];
}

export interface LabelsImportPayload {
  readonly imported: number;
  /** One for each label that was left out, `field` leading to it. */
  readonly userErrors: readonly UserError[];
}

/**
 * Takes in 1 to 5,000 labels of one task in one transaction. A label for the same thing (the same
 * event, or the same customer at the same time) replaces the one before; one that cannot be stored
 * is left out and the others go in.
 *
 * @throws CameoError FORBIDDEN when the actor may not write to the domain.
 */
export async function labelsImport(
  deps: Deps,
  actor: Actor,
  input: LabelsImportInput,
): Promise<LabelsImportPayload> {
  requireRole(actor, 'writer');
  try {
    return await importLabels(deps, actor, input);
  } catch (error) {
    if (!(error instanceof CameoError) || error.code === 'FORBIDDEN') throw error;
    return { imported: 0, userErrors: [toUserError(error)] };
  }
}

async function importLabels(
  deps: Deps,
  actor: Actor,
  input: LabelsImportInput,
): Promise<LabelsImportPayload> {
  const now = deps.clock.now();
  const task = checkString(input.task, 'task', MOST_TASK, ['task']);
  requireCount(input.labels.length);
  const userErrors: UserError[] = [];
  const labels: CheckedLabel[] = [];
  for (const [position, label] of input.labels.entries()) {
    const checked = checkLabel(label, position, now);
    if ('code' in checked) userErrors.push(checked);
    else labels.push(checked);
  }
  const { id: domainId } = await writableDomain(deps.db, actor, input.domain);
  const imported = await onGraph(deps.db, async (tx, mode) => {
    await lockGraph(tx, domainId, mode);
    const { rows, missing } = await findLabelled(tx, domainId, labels, now);
    await replaceLabels(tx, domainId, task, rows, `import:${actor.id}`, now);
    await markChanged(tx, [...new Set(rows.map(({ customer }) => customer))], now);
    return { count: rows.length, missing };
  });
  return { imported: imported.count, userErrors: [...userErrors, ...imported.missing] };
}

function requireCount(count: number): void {
  if (count >= 1 && count <= MOST_LABELS) return;
  throw new CameoError(
    count === 0 ? 'BAD_INPUT' : 'TOO_LARGE',
    `${count} labels; a call takes 1 to ${MOST_LABELS}.`,
    ['labels'],
  );
}

async function replaceLabels(
  tx: Queryable,
  domainId: number,
  task: string,
  rows: readonly LabelRow[],
  source: string,
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const columns = [
    rows.map(({ customer }) => customer),
    rows.map(({ messageId }) => messageId),
    rows.map(({ at }) => at.toISOString()),
  ] as const;
  await tx.query(sql`
    DELETE FROM label USING unnest(
      ${columns[0]}::int[], ${columns[1]}::text[], ${columns[2]}::timestamptz[]
    ) AS fresh(customer, message_id, at)
    WHERE label.customer_id = fresh.customer AND label.task = ${task}
      AND label.message_id IS NOT DISTINCT FROM fresh.message_id
      AND (fresh.message_id IS NOT NULL OR label.at = fresh.at)`);
  await tx.query(sql`
    INSERT INTO label
      (customer_id, origin_customer_id, domain_id, task, message_id, value, at, source, created_at)
    SELECT customer, nullif(origin, customer), ${domainId}, ${task}, message_id, value::jsonb, at,
      ${source}, ${now}
    FROM unnest(
      ${columns[0]}::int[], ${rows.map(({ origin }) => origin)}::int[], ${columns[1]}::text[],
      ${rows.map(({ json }) => json)}::text[], ${columns[2]}::timestamptz[]
    ) AS fresh(customer, origin, message_id, value, at)`);
}
