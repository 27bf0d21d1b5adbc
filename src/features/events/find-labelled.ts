import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { UserError } from '../../errors.ts';
import { type IdentityRef, identityKey } from '../identity/identity.ts';
import type { CheckedLabel } from './check-label.ts';

/** A label with the living customer that it is about and the one that an unmerge would give it to. */
export interface LabelRow {
  readonly customer: number;
  readonly origin: number;
  readonly messageId: string | null;
  readonly json: string;
  readonly at: Date;
}

interface Found {
  readonly name: string;
  readonly customer: number;
  readonly origin: number;
  readonly at?: Date;
}

/** Finds what the labels are about, in at most three statements; `missing` names those that are not there. */
export async function findLabelled(
  tx: Queryable,
  domainId: number,
  labels: readonly CheckedLabel[],
  now: Date,
): Promise<{ rows: LabelRow[]; missing: UserError[] }> {
  const found = await findTargets(
    tx,
    domainId,
    labels.map(({ target }) => target),
  );
  // The last label for a thing wins within a call too.
  const rows = new Map<string, LabelRow>();
  const missing: UserError[] = [];
  for (const label of labels) {
    const target = found.get(targetName(label.target));
    if (!target) missing.push(notFound(label));
    else {
      const messageId = 'messageId' in label.target ? label.target.messageId : null;
      const at = label.at ?? target.at ?? now;
      const { customer, origin } = target;
      const thing = messageId === null ? `${customer}\0${at.getTime()}` : `\0${messageId}`;
      rows.set(thing, { customer, origin, messageId, json: label.json, at });
    }
  }
  return { rows: [...rows.values()], missing };
}

type Target = CheckedLabel['target'];

function targetName(target: Target): string {
  if ('messageId' in target) return `message\0${target.messageId}`;
  const { id, identity } = target.customer;
  return identity ? `name\0${identityKey(identity)}` : `id\0${id ?? ''}`;
}

async function findTargets(
  tx: Queryable,
  domainId: number,
  targets: readonly Target[],
): Promise<Map<string, Found>> {
  // PostgreSQL has no NUL in text, so nothing there goes by such a name.
  const clean = (text: string) => !text.includes('\0');
  const keys = targets.flatMap((target) => ('customer' in target ? [target.customer] : []));
  const messages = targets.flatMap((target) => ('messageId' in target ? [target.messageId] : []));
  const identities = keys.flatMap(({ identity }) => (identity ? [identity] : []));
  const ids = keys.flatMap(({ id }) => (id && /^[1-9]\d{0,8}$/.test(id) ? [id] : []));
  const found = [
    ...(await byMessage(tx, domainId, messages.filter(clean))),
    ...(await byIdentity(
      tx,
      domainId,
      identities.filter((each) => clean(each.kind + each.value)),
    )),
    ...(await byId(tx, domainId, ids)),
  ];
  return new Map(found.map((each) => [each.name, each]));
}

async function byMessage(
  tx: Queryable,
  domainId: number,
  messages: readonly string[],
): Promise<Found[]> {
  if (messages.length === 0) return [];
  const rows = await tx.query<Found>(sql`
    SELECT r.message_id AS name, coalesce(c.merged_into_id, c.id) AS customer, c.id AS origin,
      r.occurred_at AS at
    FROM event_receipt r JOIN customer c ON c.id = r.customer_id
    WHERE r.domain_id = ${domainId} AND r.message_id = ANY(${messages}::text[])`);
  return rows.map((row) => ({ ...row, name: targetName({ messageId: row.name }) }));
}

async function byIdentity(
  tx: Queryable,
  domainId: number,
  identities: readonly IdentityRef[],
): Promise<Found[]> {
  if (identities.length === 0) return [];
  const rows = await tx.query<Found & IdentityRef>(sql`
    SELECT i.kind, i.value, i.customer_id AS customer, i.origin_customer_id AS origin
    FROM unnest(
      ${identities.map(({ kind }) => kind)}::text[], ${identities.map(({ value }) => value)}::text[]
    ) AS name(kind, value)
    JOIN identity i ON i.domain_id = ${domainId} AND i.kind = name.kind AND i.value = name.value`);
  return rows.map((row) => ({ ...row, name: targetName({ customer: { identity: row } }) }));
}

async function byId(tx: Queryable, domainId: number, ids: readonly string[]): Promise<Found[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<Found>(sql`
    SELECT id::text AS name, coalesce(merged_into_id, id) AS customer, id AS origin
    FROM customer WHERE domain_id = ${domainId} AND id = ANY(${ids}::int[])`);
  return rows.map((row) => ({ ...row, name: targetName({ customer: { id: row.name } }) }));
}

function notFound({ position, target }: CheckedLabel): UserError {
  const field = 'messageId' in target ? 'messageId' : 'customer';
  return {
    field: ['labels', String(position), field],
    code: 'NOT_FOUND',
    message: `No such ${field === 'customer' ? 'customer' : 'event'} in this domain.`,
  };
}
