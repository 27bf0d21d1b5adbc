import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createCsvParser } from '../import/csv-parser.ts';

/**
 * Texts, without their labels, of the sets whose licence lets a trained model be shipped: banking77's
 * training rows and NLU++ (CC BY 4.0), complaints to the CFPB (public domain). Rows that are for
 * evaluation (banking77's valid.csv) are left out, and sets for evaluation only are never opened.
 * @param folder with a folder for each set
 */
export async function readOpenData(folder: string): Promise<string[]> {
  const held = new Set(await csvColumn(join(folder, 'banking77/valid.csv'), 'text'));
  const questions = await csvColumn(join(folder, 'banking77/train.csv'), 'text');
  const complaints = await csvColumn(
    join(folder, 'cfpb/complaints.csv.gz'),
    'Consumer complaint narrative',
  );
  const requests = (await readFile(join(folder, 'nlupp/hotels.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => String(JSON.parse(line).text));
  // Names and numbers are struck out with X in the complaints.
  const readable = complaints.map((text) => text.replace(/\b[X/]{2,}\b/g, ''));
  return [...questions.filter((text) => !held.has(text)), ...requests, ...readable];
}

async function csvColumn(path: string, name: string): Promise<string[]> {
  const bytes = await readFile(path);
  const parser = createCsvParser(',');
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const records = [...parser.push(text), ...parser.end()];
  const header = records.shift();
  const at = header && !('fault' in header) ? header.indexOf(name) : -1;
  if (at < 0) throw new Error(`${path} has no column "${name}".`);
  return records.flatMap((record) => ('fault' in record ? [] : (record[at] ?? [])));
}
