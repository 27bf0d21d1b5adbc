import { MOST_RECORD } from './record.ts';

/** A record as its cells, or the text of a line that is none and why. */
export type CsvRecord = readonly string[] | { readonly fault: string; readonly raw: string };

export interface CsvParser {
  /** The records that end in this piece of the file. */
  push(text: string): CsvRecord[];
  /** The records that the end of the file ends. */
  end(): CsvRecord[];
}

/*
 * csv-parse reads this format too, at a quarter of the speed (a record at a time through object
 * streams), which is slower than the database takes the rows in.
 */

/**
 * RFC 4180, forgiving where files are: lines end in LF or CRLF, blank lines are nothing, a quote
 * within an unquoted cell is itself. A quote that is never closed spoils its own line only.
 */
export function createCsvParser(delimiter: string): CsvParser {
  let rest = '';
  const take = (text: string, final: boolean) => {
    const records: CsvRecord[] = [];
    let at = 0;
    while (at < text.length) {
      const next = readRecord(text, at, delimiter, final);
      if (!next) break;
      if (next.record) records.push(next.record);
      at = next.end;
    }
    rest = text.slice(at);
    return records;
  };
  return {
    push: (text) => take(rest === '' ? text : rest + text, false),
    end: () => take(rest, true),
  };
}

interface Step {
  /** Undefined: a blank line. */
  readonly record?: CsvRecord;
  /** Where the next one begins. */
  readonly end: number;
}

/** The record that begins at `start`; undefined when its end has not come yet. */
function readRecord(
  text: string,
  start: number,
  delimiter: string,
  final: boolean,
): Step | undefined {
  const newline = text.indexOf('\n', start);
  if (newline === -1 && !final) return tooLong(text, start);
  const lineEnd = newline === -1 ? text.length : newline;
  const line = withoutReturn(text.slice(start, lineEnd));
  const end = Math.min(lineEnd + 1, text.length);
  if (line === '') return { end };
  if (!line.includes('"')) return { record: line.split(delimiter), end };
  const quoted = readQuoted(text, start, delimiter, final);
  if (quoted) return quoted;
  if (!final && text.length - start <= MOST_RECORD) return undefined;
  return { record: { fault: 'a quote in it is never closed', raw: line.slice(0, 1000) }, end };
}

function tooLong(text: string, start: number): Step | undefined {
  if (text.length - start <= MOST_RECORD) return undefined;
  const raw = text.slice(start, start + 1000);
  return { record: { fault: `longer than ${MOST_RECORD} characters`, raw }, end: text.length };
}

const withoutReturn = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** A record with quotes in it; undefined when one is still open, or may be, at the end of the text. */
function readQuoted(
  text: string,
  start: number,
  delimiter: string,
  final: boolean,
): Step | undefined {
  const cells: string[] = [];
  let at = start;
  for (;;) {
    let cell = '';
    if (text[at] === '"') {
      const closed = readCell(text, at + 1);
      if (!closed) return undefined;
      cell = closed.cell;
      at = closed.end;
    }
    const stop = endOfCell(text, at, delimiter);
    if (stop === text.length && !final) return undefined;
    const last = text[stop] !== delimiter;
    const tail = text.slice(at, stop);
    cells.push(cell + (last ? withoutReturn(tail) : tail));
    if (last) return { record: cells, end: Math.min(stop + 1, text.length) };
    at = stop + 1;
  }
}

/** The inside of a quoted cell that begins at `start`, and where its closing quote is behind us. */
function readCell(text: string, start: number): { cell: string; end: number } | undefined {
  let cell = '';
  let at = start;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return undefined;
    cell += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { cell, end: quote + 1 };
    cell += '"';
    at = quote + 2;
  }
}

function endOfCell(text: string, start: number, delimiter: string): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\n' || text[at] === delimiter) return at;
  }
  return text.length;
}
