import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes results: six digits say all there is to say, and rows of numbers stand on a line each. */
export function saveJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${numbersOnLines(JSON.stringify(value, rounded, 1))}\n`);
}

/** What `saveJson` wrote; undefined where there is none. */
export function loadJson<Value>(path: string): Value | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Value) : undefined;
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}

/** Lists begin with a line break, which no string in JSON holds. */
function numbersOnLines(json: string): string {
  return json.replace(/\[\n[\s\d.,e+-]+\]/g, (list) => list.replace(/\s+/g, ''));
}
