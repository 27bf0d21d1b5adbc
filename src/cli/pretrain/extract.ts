import { gunzipSync } from 'node:zlib';
import { readCatalogue } from './gettext.ts';
import { htmlBlocks } from './html.ts';
import type { SourceKind } from './sources.ts';

/** The lines of text of a file: a sentence or a paragraph each, still with their flaws. */
export function extractLines(kind: Exclude<SourceKind, 'bigrams'>, bytes: Buffer): string[] {
  return extractors[kind](bytes);
}

const extractors: Record<Exclude<SourceKind, 'bigrams'>, (bytes: Buffer) => string[]> = {
  html: (bytes) => htmlBlocks(bytes.toString('utf8')),
  gettext: (bytes) => readCatalogue(bytes).flat(),
  glosses: (bytes) => lines(bytes).flatMap(gloss),
  thesaurus: (bytes) => thesaurus(lines(bytes)),
  dictionary: (bytes) => dictionary(gunzipSync(bytes).toString('utf8')),
  dialogue: (bytes) => [...bytes.toString('utf8').matchAll(/`\s*([^`]+)`/g)].map((m) => m[1] ?? ''),
  verses: (bytes) => bytes.toString('utf8').split('\n%\n').map(verse),
};

function lines(bytes: Buffer): string[] {
  return bytes.toString('utf8').split('\n');
}

/** WordNet: the words of a synset, then its meaning and examples after the bar. */
function gloss(line: string): string[] {
  const [head = '', text] = line.split(' | ');
  if (text === undefined || line.startsWith('  ')) return [];
  const words = [...head.matchAll(/ ([A-Za-z_'.-]{2,})(?:\(\w+\))? [0-9a-f](?= )/g)];
  const names = words.map((m) => (m[1] ?? '').replaceAll('_', ' '));
  return [`${names.join(', ')}: ${text.replaceAll('"', '').trim()}`];
}

/** MyThes: a head word, then one line a meaning with its synonyms. */
function thesaurus(all: readonly string[]): string[] {
  let head = '';
  return all.flatMap((line) => {
    if (!line.startsWith('(')) {
      head = line.split('|')[0] ?? '';
      return [];
    }
    const similar = line.split('|').slice(1, 9);
    return [[head, ...similar.map((word) => word.replace(/ \(.*\)$/, ''))].join(', ')];
  });
}

/** Webster: definitions without their etymologies and sources in brackets. */
function dictionary(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) =>
      paragraph
        .replace(/\\[^\\]*\\/g, ' ')
        .replace(/\[[^\]]*\]|[{}]|--[A-Z][\w. ]*$/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((paragraph) => paragraph.length > 60);
}

function verse(text: string): string {
  // Colour codes of a terminal: the escape character, then [33m.
  return text
    .replaceAll(String.fromCharCode(27), '')
    .replace(/\[\d*m/g, '')
    .replace(/\n/g, '');
}
