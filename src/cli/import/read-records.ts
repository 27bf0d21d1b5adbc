import { createReadStream } from 'node:fs';
import { pipeline, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { csvRecords } from './csv-records.ts';
import { ndjsonRecords } from './ndjson-records.ts';
import type { FileRecord } from './record.ts';

export interface RecordSource {
  /** Columns of a CSV file; undefined for NDJSON. */
  readonly columns: readonly string[] | undefined;
  /** In the pieces in which the file is read. */
  readonly records: AsyncIterable<FileRecord[]>;
  /** Bytes of the file (as it lies on the disk) read so far. */
  bytesRead(): number;
}

export interface FileFormat {
  readonly format: 'csv' | 'ndjson';
  readonly gzip: boolean;
}

/** @throws Error when the name tells neither. */
export function formatOf(file: string, asked?: 'csv' | 'ndjson'): FileFormat {
  const [, extension = '', gzip] = /(?:\.([a-z]+))?(\.gz)?$/i.exec(file) ?? [];
  const byName = { csv: 'csv', ndjson: 'ndjson', jsonl: 'ndjson' } as const;
  const format = asked ?? byName[extension.toLowerCase() as keyof typeof byName];
  if (format) return { format, gzip: gzip !== undefined };
  throw new Error(
    `Cannot tell what ${file} is: name it .ndjson, .jsonl or .csv, or with .gz behind.`,
  );
}

/** Reads a file of any size as a stream. */
export async function readRecords(
  file: string,
  { format, gzip }: FileFormat,
  delimiter: string,
): Promise<RecordSource> {
  let bytes = 0;
  const counter = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const disk = createReadStream(file, { highWaterMark: 262_144 });
  // The last stream carries any error of the ones before it to whoever iterates over it.
  const ended = () => {};
  const stream = gzip
    ? pipeline(disk, counter, createGunzip(), ended)
    : pipeline(disk, counter, ended);
  const read =
    format === 'csv'
      ? await csvRecords(stream, delimiter)
      : { columns: undefined, records: ndjsonRecords(stream) };
  return { ...read, bytesRead: () => bytes };
}
