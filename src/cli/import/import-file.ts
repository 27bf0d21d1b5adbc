import { statSync } from 'node:fs';
import sql from 'sql-template-tag';
import type { Actor } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { checkCall, storeCall } from '../../features/events/ingest.ts';
import { hashFile } from '../../hash-file.ts';
import { createProgress, type Out } from '../../startup/progress.ts';
import { type CheckedBatch, checkBatches, type Rejected, toBatches } from './batches.ts';
import {
  type Checkpoint,
  clearCheckpoint,
  newCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint.ts';
import { importKey, recordId } from './fingerprint.ts';
import { createMapper, type Mapper } from './mapper.ts';
import type { Mapping } from './mapping-schema.ts';
import { createHeaderMapper, createPlainMapper } from './plain-mapper.ts';
import { formatOf, type RecordSource, readRecords } from './read-records.ts';
import { openRejects, type Rejects } from './rejects.ts';

export interface ImportRequest {
  readonly file: string;
  readonly domain: string;
  /** Left out: the file's records are events already. */
  readonly mapping: Mapping | undefined;
  readonly out: Out;
  /** Stops after the batch at hand; the import can be resumed. */
  readonly signal?: AbortSignal;
}

export interface ImportResult extends Checkpoint {
  readonly finished: boolean;
  /** The record that an earlier import of the same file had come to; 0 for a new one. */
  readonly resumedAt: number;
  readonly rejectedFile: string;
  readonly seconds: number;
}

/** An import that broke off; `done` is what is in, and the same call goes on from there. */
export class ImportBrokeOff extends Error {
  override readonly name = 'ImportBrokeOff';
  readonly done: Checkpoint;

  constructor(done: Checkpoint, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.done = done;
  }
}

/**
 * Imports a file of any size in batches of up to 5,000 events, each in one transaction. Killed at any
 * time it can be called again: settled records are passed over, and none is doubled.
 *
 * @throws ImportBrokeOff when the file or the database fails in the middle.
 */
export async function importFile(
  deps: Deps,
  actor: Actor,
  request: ImportRequest,
): Promise<ImportResult> {
  const started = performance.now();
  const { file, domain, mapping } = request;
  const fileHash = await hashFile(file);
  const key = importKey(fileHash, domain, mapping ?? null);
  const source = await readRecords(
    file,
    formatOf(file, mapping?.format),
    mapping?.delimiter ?? ',',
  );
  const mapper = chooseMapper(mapping, source, recordId(fileHash));
  const done = (await readCheckpoint(deps.db, key)) ?? newCheckpoint();
  const resumedAt = done.records;
  const rejects = openRejects(`${file}.rejected`, done.rejectedBytes);
  try {
    const batches = checkBatches(toBatches(source.records, mapper, resumedAt), (events) =>
      checkCall(deps, actor, { domain, events }),
    );
    const finished = await takeBatches(
      { deps, actor, request, key, done, source, rejects },
      batches,
    );
    if (finished) await finish(deps, key, done);
    const seconds = (performance.now() - started) / 1000;
    return { ...done, finished, resumedAt, rejectedFile: rejects.path, seconds };
  } catch (error) {
    throw new ImportBrokeOff(done, error);
  } finally {
    rejects.close();
  }
}

/** From here on an import is large: statistics of large tables are too dear for a few events. */
const LARGE = 10_000;

/** Queries right after a large import must not be planned for the table as it was before. */
async function finish({ db }: Deps, key: string, { accepted }: Checkpoint): Promise<void> {
  await clearCheckpoint(db, key);
  if (accepted >= LARGE)
    await db.query(sql`analyze customer, identity, event, event_receipt, trait_value`);
}

function chooseMapper(
  mapping: Mapping | undefined,
  { columns }: RecordSource,
  id: (record: number) => string,
): Mapper {
  if (mapping) return createMapper(mapping, id);
  return columns ? createHeaderMapper(columns, id) : createPlainMapper(id);
}

interface Run {
  readonly deps: Deps;
  readonly actor: Actor;
  readonly request: ImportRequest;
  readonly key: string;
  readonly done: Checkpoint;
  readonly source: RecordSource;
  readonly rejects: Rejects;
}

/** Reads and checks the next batch while the database works on this one. Whether the file was read to its end. */
async function takeBatches(run: Run, batches: AsyncGenerator<CheckedBatch>): Promise<boolean> {
  const { deps, key, done, source, request } = run;
  const progress = createProgress('import', statSync(request.file).size, request.out);
  try {
    let next = batches.next();
    for (;;) {
      const { value: batch, done: ended } = await next;
      if (ended) return true;
      next = batches.next();
      // Its failure is met where it is awaited; until then it must not count as unhandled.
      next.catch(() => {});
      await takeBatch(run, batch);
      await writeCheckpoint(deps.db, key, done, deps.clock.now());
      progress.update(source.bytesRead(), `${done.records} records`);
      if (request.signal?.aborted) return false;
    }
  } finally {
    progress.stop();
    await batches.return(undefined);
  }
}

async function takeBatch({ deps, actor, done, rejects }: Run, batch: CheckedBatch): Promise<void> {
  const rejected = [...batch.rejected];
  if (batch.call) {
    const taken = await storeCall(deps, actor, batch.call);
    done.accepted += taken.accepted;
    done.duplicates += taken.duplicates;
    for (const [at, { error, status }] of taken.receipts.entries()) {
      const source = batch.sources[at];
      if (status !== 'REJECTED' || !source || !error) continue;
      const where = error.field?.slice(2).join('.') ?? '';
      const reason = `${where === '' ? '' : `${where}: `}${error.message}`;
      rejected.push({ record: source.number, reason, data: source.row.toJSON() });
    }
  }
  rejected.sort((a: Rejected, b: Rejected) => a.record - b.record);
  done.rejectedBytes = rejects.write(rejected);
  done.rejected += rejected.length;
  for (const [reason, count] of batch.skipped) {
    done.skipped[reason] = (done.skipped[reason] ?? 0) + count;
  }
  done.records = batch.last;
}
