import { mkdir, rename, rm } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import type { FeatureType } from './feature-type.ts';

export interface Column {
  readonly name: string;
  readonly type: FeatureType;
}

/** A value as the Parquet writer takes it; lists, vectors and JSON are JSON texts. */
export function toParquet(type: FeatureType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type.kind === 'int') return BigInt(value as number);
  if (type.kind === 'double') return Number(value);
  if (type.kind === 'timestamp') return new Date(value as Date | string);
  if (type.kind === 'text') return String(value);
  return type.kind === 'bool' ? value : JSON.stringify(value);
}

const PARQUET = {
  int: 'INT64',
  double: 'DOUBLE',
  text: 'STRING',
  bool: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
} as const;

/** The file has its rows' hash in its name, and that name only once it is whole. */
export async function writeParquet(
  { folder, name }: { readonly folder: string | undefined; readonly name: string },
  columns: readonly Column[],
  rows: AsyncGenerator<Record<string, unknown>>,
  hash: () => string,
): Promise<string | null> {
  if (folder === undefined) {
    for await (const _ of rows);
    return null;
  }
  await mkdir(folder, { recursive: true });
  const partial = joinPath(folder, `.${name}.${process.pid}.partial`);
  try {
    await parquetWriteRows({
      writer: fileWriter(partial),
      rows,
      columns: columns.map(({ name: column, type }) => ({
        name: column,
        type: type.kind in PARQUET ? PARQUET[type.kind as keyof typeof PARQUET] : 'STRING',
        nullable: true,
      })),
      rowGroupSize: 10_000,
    });
    const file = joinPath(folder, `${name}-${hash().slice(0, 16)}.parquet`);
    await rename(partial, file);
    return file;
  } finally {
    await rm(partial, { force: true });
  }
}
