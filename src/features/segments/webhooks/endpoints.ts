import { randomBytes } from 'node:crypto';
import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../../auth.ts';
import type { Deps } from '../../../context.ts';
import { CameoError } from '../../../errors.ts';
import { requireKnownDomain } from '../../identity/domain.ts';

export interface WebhookEndpointRow {
  readonly id: number;
  readonly domain: string;
  readonly url: string;
  /** Keys; empty = every segment of the domain. */
  readonly segments: readonly string[];
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

export interface WebhookInput {
  readonly domain: string;
  readonly url: string;
  readonly segments?: readonly string[];
}

/**
 * Sends membership changes to a URL from now on. The secret is shown this once.
 * @throws CameoError FORBIDDEN without the role admin, BAD_INPUT for the URL, NOT_FOUND for names.
 */
export async function webhookAdd(
  deps: Deps,
  actor: Actor,
  input: WebhookInput,
): Promise<{ readonly id: number; readonly secret: string }> {
  requireRole(actor, 'admin');
  const domain = await requireKnownDomain(deps.db, actor, input.domain);
  checkUrl(input.url);
  await checkSegments(deps, input);
  const secret = randomBytes(32).toString('base64url');
  const [row] = await deps.db.query<{ id: number }>(sql`
    insert into webhook_endpoint (domain_id, url, secret, segments)
    values (${domain.id}, ${input.url}, ${secret}, ${input.segments ?? []}::text[])
    returning id`);
  return { id: (row as { id: number }).id, secret };
}

/** Plain HTTP is for this machine alone: everywhere else the body would go in the open. */
function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && local)) return;
  throw new CameoError('BAD_INPUT', 'A webhook needs an https URL (http on localhost only).', [
    'url',
  ]);
}

async function checkSegments(deps: Deps, { domain, segments }: WebhookInput): Promise<void> {
  const [missing] = await deps.db.query<{ key: string }>(sql`
    select x.key from unnest(${segments ?? []}::text[]) as x (key)
    where not exists (select from segment s join domain d on d.id = s.domain_id
                      where s.key = x.key and d.key = ${domain}) limit 1`);
  if (missing)
    throw new CameoError('NOT_FOUND', `There is no segment "${missing.key}" in this domain.`, [
      'segments',
    ]);
}

/** @throws CameoError FORBIDDEN without the role admin. */
export async function listWebhooks(deps: Deps, actor: Actor): Promise<WebhookEndpointRow[]> {
  requireRole(actor, 'admin');
  return deps.db.query<WebhookEndpointRow>(sql`
    select w.id, d.key as domain, w.url, w.segments, w.disabled_at as "disabledAt", w.created_at as "createdAt"
    from webhook_endpoint w join domain d on d.id = w.domain_id
    where ${actor.domains === 'all'} or d.key = any(${actor.domains === 'all' ? [] : [...actor.domains]}::text[])
    order by w.id`);
}

/**
 * Forgets an endpoint with its deliveries.
 * @throws CameoError FORBIDDEN without the role admin, NOT_FOUND.
 */
export async function webhookRemove(deps: Deps, actor: Actor, id: number): Promise<void> {
  const endpoint = (await listWebhooks(deps, actor)).find((row) => row.id === id);
  if (!endpoint) throw new CameoError('NOT_FOUND', `There is no webhook ${id}.`, ['id']);
  await deps.db.query(sql`delete from webhook_endpoint where id = ${id}`);
}
