import type { ImportBrokeOff, ImportResult } from './import-file.ts';

/** The summary of an import, a line each. */
export function summarise(result: ImportResult): string {
  const { records, accepted, duplicates, rejected, skipped, resumedAt, seconds } = result;
  const rate = Math.round((records - resumedAt) / Math.max(seconds, 0.001));
  return [
    ...(resumedAt > 0 ? [`resumed after record ${resumedAt}`] : []),
    `${records} records: ${accepted} events accepted, ${duplicates} there already, ${rejected} rejected`,
    ...Object.entries(skipped).map(([reason, count]) => `${count} records left out: ${reason}`),
    ...(rejected > 0 ? [`rejected records and their reasons: ${result.rejectedFile}`] : []),
    `${seconds.toFixed(1)} s, ${rate} records/s`,
    ...(result.finished ? [] : ['Stopped before the end. Run the same command again to go on.']),
  ].join('\n');
}

const HINTS: Readonly<Record<string, string>> = {
  '53100': 'The disk of the database is full: free space on it.',
  ENOSPC: 'The disk is full: free space on it.',
  Z_DATA_ERROR: 'The file is damaged: it is no whole gzip file.',
  Z_BUF_ERROR: 'The file ends too soon: it is no whole gzip file.',
};

/** Says what happened, what is in and what to do. */
export function explainFailure({ cause, message, done }: ImportBrokeOff): string {
  const code = String((cause as { code?: unknown } | undefined)?.code ?? '');
  const hint = HINTS[code];
  return [
    `The import broke off after record ${done.records}: ${message}`,
    ...(hint === undefined ? [] : [hint]),
    `All records up to there are in, and nothing behind it is. Run the same command again to go on.`,
  ].join('\n');
}
