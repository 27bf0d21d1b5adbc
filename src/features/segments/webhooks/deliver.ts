import sql from 'sql-template-tag';
import type { Deps } from '../../../context.ts';
import { DELIVERY_HEADER, SIGNATURE_HEADER, sign, TIMESTAMP_HEADER } from './signature.ts';

export interface DeliverOptions {
  readonly fetch?: typeof globalThis.fetch;
  /** Most messages a call. */
  readonly limit?: number;
}

interface Message {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly body: object;
  /** Attempts so far, this one included. */
  readonly attempts: number;
}

const AT_ONCE = 8;
const TIMEOUT_MS = 10_000;
/** Longer than an attempt can take: what a dead process held is then free again. */
const LEASE_S = 60;
/** 10 s, 40 s, 160 s, ... at most 6 hours apart: some 28 hours in all. */
const MOST_ATTEMPTS = 12;

/**
 * Sends the membership changes that are due to their endpoints, each at least once: a receiver drops a
 * delivery id that it has seen. Whatever is not answered with 2xx is tried again with growing pauses,
 * and given up after 12 attempts. Any number of processes may run it side by side.
 *
 * @returns how many were sent and how many failed this time.
 */
export async function deliverWebhooks(
  deps: Deps,
  options: DeliverOptions = {},
): Promise<{ readonly delivered: number; readonly failed: number }> {
  const messages = await claim(deps, options.limit ?? 200);
  let delivered = 0;
  for (let from = 0; from < messages.length; from += AT_ONCE) {
    const together = messages.slice(from, from + AT_ONCE);
    const sent = await Promise.all(
      together.map((message) => deliver(deps, message, options.fetch ?? globalThis.fetch)),
    );
    delivered += sent.filter(Boolean).length;
  }
  return { delivered, failed: messages.length - delivered };
}

/** Takes messages for a minute; no transaction stays open while the network is waited for. */
async function claim(deps: Deps, limit: number): Promise<Message[]> {
  const now = deps.clock.now().toISOString();
  return deps.db.query<Message>(sql`
    update webhook_delivery m
    set attempts = m.attempts + 1, next_attempt_at = ${now}::timestamptz + ${LEASE_S}::int * interval '1 second'
    from webhook_endpoint w
    where w.id = m.endpoint_id and m.id in (
      select d.id from webhook_delivery d
      join webhook_endpoint e on e.id = d.endpoint_id and e.disabled_at is null
      where d.next_attempt_at <= ${now}::timestamptz
      order by d.next_attempt_at limit ${limit} for update of d skip locked)
    returning m.id, w.url, w.secret, m.body, m.attempts`);
}

async function deliver(
  deps: Deps,
  message: Message,
  fetch: typeof globalThis.fetch,
): Promise<boolean> {
  const failure = await post(deps, message, fetch);
  const now = sql`${deps.clock.now().toISOString()}::timestamptz`;
  if (failure === undefined) {
    await deps.db.query(sql`
      update webhook_delivery set delivered_at = ${now}, next_attempt_at = null, error = null
      where id = ${message.id}::uuid`);
    return true;
  }
  const pause = Math.min(10 * 4 ** (message.attempts - 1), 6 * 3_600);
  const again =
    message.attempts < MOST_ATTEMPTS
      ? sql`${now} + ${pause}::int * interval '1 second'`
      : sql`null::timestamptz`;
  await deps.db.query(sql`
    update webhook_delivery set error = ${failure}, next_attempt_at = ${again}
    where id = ${message.id}::uuid`);
  return false;
}

/** What went wrong; undefined when it was taken. */
async function post(
  deps: Deps,
  { id, url, secret, body }: Message,
  fetch: typeof globalThis.fetch,
): Promise<string | undefined> {
  const text = JSON.stringify({ delivery: id, ...body });
  const timestamp = Math.floor(deps.clock.now().getTime() / 1_000);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: text,
      // A redirect could lead the message anywhere.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        'content-type': 'application/json',
        [DELIVERY_HEADER]: id,
        [TIMESTAMP_HEADER]: String(timestamp),
        [SIGNATURE_HEADER]: sign(secret, timestamp, text),
      },
    });
    await response.body?.cancel();
    return response.ok ? undefined : `answered ${response.status}`;
  } catch (error) {
    return `could not be reached: ${(error as Error).message}`;
  }
}
