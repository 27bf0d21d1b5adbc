import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { CameoError } from '../../../errors.ts';
import { setMembers } from './set-members.ts';

/** Customers by id. `members` is the whole list; the others change the list that is there. */
export interface ListInput {
  readonly members?: readonly number[] | null | undefined;
  readonly addMembers?: readonly number[] | null | undefined;
  readonly removeMembers?: readonly number[] | null | undefined;
}

const MOST = 100_000;

/** @throws CameoError BAD_INPUT, NOT_FOUND or TOO_LARGE when the list cannot be one of this domain. */
export async function checkList(
  tx: Queryable,
  domain: { readonly id: number; readonly key: string },
  { members, addMembers, removeMembers }: ListInput,
): Promise<void> {
  if (members != null && (addMembers != null || removeMembers != null))
    throw new CameoError('BAD_INPUT', 'Give `members`, or what to add and remove; not both.', [
      'members',
    ]);
  const ids = members ?? addMembers ?? [];
  const field = members == null ? 'addMembers' : 'members';
  if (ids.length > MOST)
    throw new CameoError('TOO_LARGE', `A call takes at most ${MOST} members.`, [field]);
  const [stranger] = await tx.query<{ id: number }>(sql`
    select x.id from unnest(${ids}::int4[]) as x (id)
    left join customer c on c.id = x.id and c.domain_id = ${domain.id} and c.merged_into_id is null
    where c.id is null limit 1`);
  if (stranger)
    throw new CameoError(
      'NOT_FOUND',
      `There is no customer ${stranger.id} in the domain "${domain.key}".`,
      [field],
    );
}

/** Changes the list and makes its customers members from `at` on. */
export async function changeList(
  tx: Queryable,
  segmentId: number,
  { members, addMembers, removeMembers }: ListInput,
  at: Date,
): Promise<void> {
  await tx.query(sql`
    delete from segment_list_member
    where segment_id = ${segmentId}
      and (customer_id = any(${removeMembers ?? []}::int4[])
           or (${members != null} and customer_id <> all(${members ?? []}::int4[])))`);
  await tx.query(sql`
    insert into segment_list_member (customer_id, segment_id)
    select distinct id, ${segmentId}::int from unnest(${members ?? addMembers ?? []}::int4[]) as x (id)
    on conflict do nothing`);
  const listed = await tx.query<{ id: number }>(sql`
    select customer_id as id from segment_list_member where segment_id = ${segmentId}`);
  await setMembers(
    tx,
    segmentId,
    listed.map((row) => row.id),
    at,
  );
}
