import { StringDecoder } from 'node:string_decoder';
import { type FileRecord, MOST_RECORD } from './record.ts';
import { JsonRow } from './row.ts';

/** The lines of NDJSON, in the pieces in which the file is read; blank lines count but are no records. */
export async function* ndjsonRecords(stream: AsyncIterable<Buffer>): AsyncGenerator<FileRecord[]> {
  let number = 0;
  for await (const lines of splitLines(stream)) {
    yield lines.flatMap((line) => {
      number += 1;
      const text = number === 1 ? line.text.replace(/^\ufeff/, '') : line.text;
      return text.trim() === '' ? [] : [parseLine(text, number, line.length)];
    });
  }
}

function parseLine(text: string, number: number, length: number): FileRecord {
  const size = text.length;
  if (length > MOST_RECORD) {
    const fault = `longer than ${MOST_RECORD} characters`;
    return { number, fault, raw: text.slice(0, 1000), size };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { number, row: new JsonRow(value), size };
    }
    return { number, fault: 'not a JSON object', raw: text, size };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { number, fault: `not JSON: ${reason}`, raw: text, size };
  }
}

interface Line {
  readonly text: string;
  /** Of a line that is too long `text` is only the beginning, so that memory stays bounded. */
  readonly length: number;
}

async function* splitLines(stream: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const decoder = new StringDecoder('utf8');
  let open = { text: '', length: 0 };
  const append = (part: string) => {
    const length = open.length + part.length;
    open = { text: length <= MOST_RECORD ? open.text + part : open.text, length };
  };
  for await (const chunk of stream) {
    const lines: Line[] = [];
    const [first = '', ...more] = decoder.write(chunk).split('\n');
    append(first);
    for (const part of more) {
      lines.push(open);
      open = { text: '', length: 0 };
      append(part);
    }
    yield lines;
  }
  append(decoder.end());
  if (open.length > 0) yield [open];
}
