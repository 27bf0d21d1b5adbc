import sql from 'sql-template-tag';
import type { Actor } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { Notifications } from '../../notifications.ts';
import { stoppable } from '../stoppable.ts';
import { type SegmentRow, segmentByKey } from './segment.ts';
import {
  type ChangeRow,
  changesOfBatch,
  newestChange,
  SEGMENT_CHANNEL,
} from './store/write-changes.ts';

/** Somebody came into a segment or went out of it. */
export interface MembershipChange {
  readonly segment: SegmentRow;
  readonly customerId: number;
  readonly entered: boolean;
  readonly at: Date;
}

/**
 * The changes of a segment's members from now on, each after the transaction that made it.
 * @throws CameoError NOT_FOUND when there is no such segment that the actor may see.
 */
export async function membershipChanges(
  deps: Pick<Deps, 'db'>,
  notifications: Notifications,
  actor: Actor,
  key: string,
): Promise<AsyncIterableIterator<MembershipChange>> {
  const segment = await requireSegment(deps.db, actor, key);
  const last = await newestChange(deps.db, segment.id);
  const notices = notifications.subscribe(SEGMENT_CHANNEL);
  return stoppable(follow(deps.db, actor, segment, last, notices), notices);
}

async function* follow(
  db: Queryable,
  actor: Actor,
  segment: SegmentRow,
  start: number,
  notices: AsyncIterableIterator<string>,
): AsyncGenerator<MembershipChange, undefined> {
  let last = start;
  for await (const notice of notices) {
    const changes = await changesBehind(db, segment, notice, last);
    for (const { id, customerId, entered, at } of changes) {
      last = Math.max(last, id);
      const present = (await segmentByKey(db, actor, segment.key)) ?? segment;
      yield { segment: present, customerId, entered, at };
    }
  }
}

async function requireSegment(db: Queryable, actor: Actor, key: string): Promise<SegmentRow> {
  const segment = await segmentByKey(db, actor, key);
  if (segment) return segment;
  throw new CameoError('NOT_FOUND', `There is no segment "${key}".`, ['segment']);
}

/** A notice names a transaction; the empty one says that others may have been missed since `last`. */
async function changesBehind(
  db: Queryable,
  segment: SegmentRow,
  notice: string,
  last: number,
): Promise<readonly ChangeRow[]> {
  if (notice === '')
    return db.query<ChangeRow>(sql`
      select id, customer_id as "customerId", entered, at from segment_change
      where segment_id = ${segment.id} and id > ${last}::bigint order by id`);
  const { segment: key, batch } = JSON.parse(notice) as { segment: string; batch: string };
  return key === segment.key ? changesOfBatch(db, key, batch) : [];
}
