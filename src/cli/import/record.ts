import type { Row } from './row.ts';

/** The longest record that is read, in characters. */
export const MOST_RECORD = 8 * 1_048_576;

/** One record of a file, numbered from 1; `raw` stands for one that could not be read. */
export type FileRecord =
  | { readonly number: number; readonly row: Row; readonly size: number }
  | {
      readonly number: number;
      readonly fault: string;
      readonly raw: string;
      readonly size: number;
    };
