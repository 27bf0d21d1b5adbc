import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeFromBigrams } from '../../ml/pretrain/text/bigrams.ts';
import { cleanLines } from '../../ml/pretrain/text/clean.ts';
import { writeWhole } from './cached.ts';
import { extractLines } from './extract.ts';
import { fetchSource } from './fetch.ts';
import { readOpenData } from './open-data.ts';
import { type Source, sources } from './sources.ts';
import { upTo } from './up-to.ts';

const BIGRAM_CHARACTERS = 8e6;
const SEED = 7;

/** What the corpus is built from: see docs/base-models.md. */
export interface CorpusOptions {
  readonly cache: string;
  /** A folder with openly licensed sets (banking77, cfpb, nlupp), if there is one. */
  readonly data?: string;
  readonly documents: boolean;
  readonly say: (message: string) => void;
}

/** The documents' lines, one a line in `<cache>/documents.txt`; built once. */
export async function buildDocuments(options: CorpusOptions): Promise<string[]> {
  const path = join(options.cache, 'documents.txt');
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known !== undefined) return known.split('\n');
  const seen = new Set<string>();
  const lines: string[] = [];
  const add = (name: string, texts: Iterable<string>) => {
    const before = lines.length;
    for (const text of cleanLines(texts, seen)) lines.push(text);
    options.say(`${name}: ${lines.length - before} lines`);
  };
  for (const source of options.documents ? sources : [])
    add(source.package, await readSource(source, options.cache));
  if (options.data !== undefined) add('open data', await readOpenData(options.data));
  await writeWhole(path, lines.join('\n'));
  return lines;
}

async function readSource(source: Source, cache: string): Promise<Iterable<string>> {
  const folder = await fetchSource(source, cache);
  const found = await readdir(folder, { recursive: true });
  const files = found.filter((file) => source.files.test(file)).sort();
  if (files.length === 0) throw new Error(`${source.package} has no file like ${source.files}.`);
  if (source.kind === 'bigrams')
    return writeFromBigrams(await readLines(join(folder, files[0] ?? '')), SEED, BIGRAM_CHARACTERS);
  const lines: string[] = [];
  for (const file of files)
    for (const line of extractLines(source.kind, await readFile(join(folder, file))))
      lines.push(line);
  return upTo(lines, source.limit ?? Number.POSITIVE_INFINITY);
}

async function readLines(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) lines.push(line);
  return lines;
}
