import type { EventInput } from '../../features/events/event-input.ts';
import type { CheckedCall } from '../../features/events/ingest.ts';
import type { Mapper } from './mapper.ts';
import type { FileRecord } from './record.ts';
import { JsonRow, type Row } from './row.ts';

/** Events of one call: twice what the API takes, since each transaction has costs of its own. */
export const MOST_EVENTS = 10_000;

/** Characters of records that may wait in memory for one call. */
const MOST_SIZE = 16 * 1_048_576;

export interface Rejected {
  readonly record: number;
  readonly reason: string;
  /** The record as it was read. */
  readonly data: unknown;
}

/** Consecutive records of a file, ready for one call. */
export interface Batch {
  readonly events: EventInput[];
  /** The record that each event comes from. */
  readonly sources: { readonly number: number; readonly row: Row }[];
  readonly rejected: Rejected[];
  /** How many records the mapping left out, by reason. */
  readonly skipped: Map<string, number>;
  /** The last record in it. */
  last: number;
}

/** A batch with its events checked; undefined when it has none. */
export interface CheckedBatch extends Batch {
  readonly call: CheckedCall | undefined;
}

/** Checks each batch as soon as it is there. */
export async function* checkBatches(
  batches: AsyncIterable<Batch>,
  check: (events: readonly EventInput[]) => CheckedCall,
): AsyncGenerator<CheckedBatch> {
  for await (const batch of batches) {
    yield { ...batch, call: batch.events.length > 0 ? check(batch.events) : undefined };
  }
}

/** Maps records and cuts them into batches. Records up to number `after` are settled and left out. */
export async function* toBatches(
  pieces: AsyncIterable<readonly FileRecord[]>,
  map: Mapper,
  after: number,
): AsyncGenerator<Batch> {
  // With groups a record brings two events at most: its own and that of the group that ended before.
  const room = map.end ? MOST_EVENTS - 1 : MOST_EVENTS;
  let batch = emptyBatch(after);
  let size = 0;
  for await (const piece of pieces) {
    for (const record of piece) {
      // A settled record is mapped too: later ones may count on it.
      const settled = record.number <= after;
      addRecord(settled ? emptyBatch(0) : batch, record, map);
      if (settled) continue;
      batch.last = record.number;
      size += record.size;
      if (!isFull(batch, size, room)) continue;
      yield batch;
      batch = emptyBatch(record.number);
      size = 0;
    }
  }
  const last = map.end?.();
  if (last) addGroup(batch, batch.last, last);
  if (!isEmpty(batch)) yield batch;
}

const isFull = ({ events, rejected }: Batch, size: number, room: number) =>
  events.length >= room || rejected.length === MOST_EVENTS || size >= MOST_SIZE;

const isEmpty = ({ events, rejected, skipped }: Batch) =>
  events.length === 0 && rejected.length === 0 && skipped.size === 0;

const emptyBatch = (last: number): Batch => ({
  events: [],
  sources: [],
  rejected: [],
  skipped: new Map(),
  last,
});

function addRecord(batch: Batch, record: FileRecord, map: Mapper): void {
  if ('fault' in record) {
    batch.rejected.push({ record: record.number, reason: record.fault, data: record.raw });
    return;
  }
  const mapped = map(record.row, record.number);
  if (mapped.ended) addGroup(batch, record.number - 1, mapped.ended);
  if ('event' in mapped) {
    batch.events.push(mapped.event);
    batch.sources.push(record);
  } else if ('skipped' in mapped) {
    batch.skipped.set(mapped.skipped, (batch.skipped.get(mapped.skipped) ?? 0) + 1);
  } else {
    const data = record.row.toJSON();
    batch.rejected.push({ record: record.number, reason: mapped.fault, data });
  }
}

/** The event of a group of records; `record` is its last one. */
function addGroup(batch: Batch, record: number, event: EventInput): void {
  batch.events.push(event);
  batch.sources.push({ number: record, row: new JsonRow(event) });
}
