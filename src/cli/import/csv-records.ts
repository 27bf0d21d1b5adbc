import { StringDecoder } from 'node:string_decoder';
import { type CsvRecord, createCsvParser } from './csv-parser.ts';
import type { FileRecord } from './record.ts';
import { CsvRow } from './row.ts';

/**
 * The records of CSV with a header, in the pieces in which the file is read.
 * @throws Error when there is no header or a column occurs twice.
 */
export async function csvRecords(
  stream: AsyncIterable<Buffer>,
  delimiter: string,
): Promise<{ columns: readonly string[]; records: AsyncIterable<FileRecord[]> }> {
  const pieces = parseCsv(stream, delimiter);
  let first: CsvRecord[] = [];
  while (first.length === 0) {
    const piece = await pieces.next();
    if (piece.done) throw new Error('The file is empty: its first line must name the columns.');
    first = piece.value;
  }
  const columns = readHeader(first.shift());
  return { columns, records: toRecords(columns, first, pieces) };
}

function readHeader(record: CsvRecord | undefined): string[] {
  if (!record || 'fault' in record) throw new Error('The first line must name the columns.');
  const columns = record.map((name) => name.replace(/^\ufeff/, '').trim());
  const double = columns.find((name, at) => columns.indexOf(name) !== at);
  if (double !== undefined) throw new Error(`The file has two columns called "${double}".`);
  return columns;
}

async function* toRecords(
  columns: readonly string[],
  first: readonly CsvRecord[],
  pieces: AsyncIterable<readonly CsvRecord[]>,
): AsyncGenerator<FileRecord[]> {
  const header = new Map(columns.map((name, at) => [name, at]));
  let number = 0;
  const convert = (record: CsvRecord): FileRecord => {
    number += 1;
    if ('fault' in record) return { number, ...record, size: record.raw.length };
    const size = record.reduce((sum, cell) => sum + cell.length, 0);
    if (record.length === columns.length) return { number, row: new CsvRow(header, record), size };
    const fault = `${record.length} columns where the header has ${columns.length}`;
    return { number, fault, raw: record.join(','), size };
  };
  yield first.map(convert);
  for await (const piece of pieces) yield piece.map(convert);
}

async function* parseCsv(
  stream: AsyncIterable<Buffer>,
  delimiter: string,
): AsyncGenerator<CsvRecord[]> {
  const decoder = new StringDecoder('utf8');
  const parser = createCsvParser(delimiter);
  for await (const chunk of stream) yield parser.push(decoder.write(chunk));
  yield [...parser.push(decoder.end()), ...parser.end()];
}
