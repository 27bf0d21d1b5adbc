import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

/** The text of a file of the data folder, unpacked when its name ends in .gz. */
function readText(dataFolder: string, path: string): string {
  const bytes = readFileSync(join(dataFolder, path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** The rows of a CSV file with a header. */
export function readCsv(dataFolder: string, path: string): Record<string, string>[] {
  return parse(readText(dataFolder, path), { columns: true, bom: true });
}

/** The values of a file with one JSON value a line. */
export function readLines<T>(dataFolder: string, path: string): T[] {
  return readText(dataFolder, path)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as T);
}
