import type { Row } from './row.ts';

export type Read<Result> = (row: Row) => Result;

const PART = /\{\{|\{([^{}]+)\}/g;

/** The columns that a template names. */
export function columnsOf(template: string): string[] {
  return [...template.matchAll(PART)].flatMap(([, column]) =>
    column === undefined ? [] : [column],
  );
}

/** The text of a template for a row; a column that is missing, null or blank reads as "". */
export function readText(template: string): Read<string> {
  const [only] = columnsOf(template);
  if (only !== undefined && template === `{${only}}`) return (row) => toText(row.get(only));
  return (row) =>
    template.replace(PART, (part, column?: string) =>
      column === undefined ? part.slice(1) : toText(row.get(column)),
    );
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
