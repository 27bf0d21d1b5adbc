import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { createCsvParser } from '../../../src/cli/import/csv-parser.ts';
import { MOST_RECORD } from '../../../src/cli/import/record.ts';

function parseInPieces(text: string, sizes: readonly number[] = [], delimiter = ',') {
  const parser = createCsvParser(delimiter);
  const records = [];
  let at = 0;
  for (const size of sizes) {
    records.push(...parser.push(text.slice(at, at + size)));
    at += size;
  }
  return [...records, ...parser.push(text.slice(at)), ...parser.end()];
}

const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '很'), maxLength: 6 });
const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

describe('createCsvParser', () => {
  it('reads what csv-parse reads, however the file is cut', () => {
    fc.assert(
      fc.property(
        table,
        fc.array(fc.nat(9)),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (rows, sizes, newline, ended) => {
          const lines = rows.map((cells) => cells.map(quote).join(','));
          const text = lines.join(newline) + (ended ? newline : '');
          const expected = parse(text, { relax_column_count: true, skip_empty_lines: true });
          expect(parseInPieces(text, sizes)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps quotes within unquoted cells and passes over blank lines', () => {
    expect(parseInPieces('a;5" pipe\r\n\r\n;\n"x"y;z', [], ';')).toEqual([
      ['a', '5" pipe'],
      ['', ''],
      ['xy', 'z'],
    ]);
  });

  it('gives up one line only for a quote that is never closed', () => {
    expect(parseInPieces('a,b\n"1",x\n1,"open\n2,c\n3,d\n', [5, 9])).toEqual([
      ['a', 'b'],
      ['1', 'x'],
      { fault: 'a quote in it is never closed', raw: '1,"open' },
      ['2', 'c'],
      ['3', 'd'],
    ]);
  });

  it('does not hold a record of any length in memory', () => {
    const [record, after] = parseInPieces(`a${'x'.repeat(MOST_RECORD)}`, [MOST_RECORD + 1]);
    expect(record).toMatchObject({ fault: expect.stringContaining('longer than') });
    expect(after).toBeUndefined();
  });
});
