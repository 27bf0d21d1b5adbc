import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { extractLines } from '../../../src/cli/pretrain/extract.ts';
import { readOptions } from '../../../src/cli/pretrain/options.ts';

const from = (kind: Parameters<typeof extractLines>[0], text: string) =>
  extractLines(kind, Buffer.from(text)).filter((line) => line !== '');

/** A compiled catalogue, built by the format's own description. */
function catalogue(entries: readonly [string, string][]): Buffer {
  const strings = entries.flat().map((text) => Buffer.from(`${text}\0`));
  const tables = 28 + 16 * entries.length;
  const header = Buffer.alloc(tables);
  header.writeUInt32LE(0x950412de, 0);
  header.writeUInt32LE(entries.length, 8);
  header.writeUInt32LE(28, 12);
  header.writeUInt32LE(28 + 8 * entries.length, 16);
  let at = tables;
  strings.forEach((bytes, i) => {
    const table = 28 + 8 * ((i % 2) * entries.length + (i >> 1));
    header.writeUInt32LE(bytes.length - 1, table);
    header.writeUInt32LE(at, table + 4);
    at += bytes.length;
  });
  return Buffer.concat([header, ...strings]);
}

describe('text out of packages', () => {
  it('takes the blocks of a page, without scripts, code and markup', () => {
    const page =
      '<html><script>x()</script><h1>Fees &amp; rates</h1><p>First\n <b>one</b>.</p>' +
      '<pre>code</pre><ul><li>a&#65;</li><li>卡片\n  丢失</li></ul></html>';
    expect(from('html', page)).toEqual(['Fees & rates', 'First one.', 'aA', '卡片丢失']);
  });

  it('takes originals and translations of a catalogue, without placeholders', () => {
    const bytes = catalogue([
      ['', 'Content-Type: text/plain'],
      ['menu\u0004Open %s account', '打开 %s 账户'],
    ]);
    expect(extractLines('gettext', bytes)).toEqual(['Open account', '打开 账户']);
    expect(extractLines('gettext', Buffer.from('no catalogue'))).toEqual([]);
  });

  it('takes the words and the meaning of a synset', () => {
    const line =
      '00180655 00 a 02 bank_card 0 payment_card 0 001 ! 00180835 a 0101 | a card; "pay by card"  ';
    expect(from('glosses', `  1 This software\n${line}`)).toEqual([
      'bank card, payment card: a card; pay by card',
    ]);
  });

  it('takes the synonyms of each meaning', () => {
    expect(from('thesaurus', 'good|1\n(adj)|fine|nice (similar term)\n')).toEqual([
      'good, fine, nice',
    ]);
  });

  it('takes definitions without etymology and marks', () => {
    const text =
      'Coin \\Coin\\, n. [F. coin.] A piece of metal used as {money}, stamped by a state or a prince. --Shak.';
    const [line] = extractLines('dictionary', gzipSync(text));
    expect(line).toBe('Coin , n. A piece of metal used as money , stamped by a state or a prince.');
  });

  it('takes what is said in a story, and verses without colour codes', () => {
    expect(from('dialogue', 'say\n\t`"Hello," he says.`\n\tend')).toEqual(['"Hello," he says.']);
    expect(from('verses', '要有\n礼貌\n%\n\u001b[33m-- 第一条\u001b[m')).toEqual([
      '要有礼貌',
      '-- 第一条',
    ]);
  });
});

describe('the command line of pretrain', () => {
  it('has defaults, takes numbers and says what is wrong', () => {
    expect(readOptions([])).toMatchObject({ minutes: 60, documents: 'all', seed: 1, t5: false });
    expect(readOptions(['--steps', '50', '--threads', '2'])).toMatchObject({
      steps: 50,
      threads: 2,
    });
    expect(readOptions(['--help'])).toBe('help');
    expect(() => readOptions(['--minutes', 'soon'])).toThrow(/--minutes must be a number/);
    expect(() => readOptions(['--documents', 'some'])).toThrow(/all or none/);
  });
});
