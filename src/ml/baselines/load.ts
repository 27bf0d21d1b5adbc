import { z } from 'zod';
import { MlError } from '../errors.ts';
import type { FittedBaseline } from './baseline.ts';
import { loadBoosted, savedBoosted } from './boosted-baseline.ts';
import { loadTableBaseline, savedTableBaseline } from './table-baseline.ts';
import { loadTextBaseline, savedTextBaseline } from './text-baseline.ts';

const saved = z.discriminatedUnion('name', [savedTextBaseline, savedTableBaseline, savedBoosted]);

/** Reads what `FittedBaseline.save` wrote. @throws MlError when the text is something else. */
export async function loadBaseline(json: string): Promise<FittedBaseline> {
  const parsed = saved.safeParse(parse(json));
  if (!parsed.success)
    throw new MlError('BAD_FILE', `Not a saved baseline: ${z.prettifyError(parsed.error)}`);
  switch (parsed.data.name) {
    case 'tfidf-linear':
      return loadTextBaseline(parsed.data);
    case 'linear':
      return loadTableBaseline(parsed.data);
    case 'boosted-trees':
      return loadBoosted(parsed.data);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new MlError('BAD_FILE', 'Not a saved baseline: it is not JSON.', { cause: error });
  }
}
