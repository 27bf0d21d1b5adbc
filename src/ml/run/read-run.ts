import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MlError } from '../errors.ts';
import { type TrainingRow, type TrainingSpec, trainingRow, trainingSpec } from './spec.ts';

/**
 * What a run's folder asks for: `spec.json`.
 * @throws MlError when it is missing or is no spec
 */
export async function readSpec(folder: string): Promise<TrainingSpec> {
  const path = join(folder, 'spec.json');
  const parsed = trainingSpec.safeParse(parseJson(await readText(path), path));
  if (parsed.success) return parsed.data;
  throw new MlError(
    'BAD_INPUT',
    `${path} is not a training spec: ${z.prettifyError(parsed.error)}`,
  );
}

/**
 * The rows of a file, one JSON object a line.
 * @throws MlError that names the line that is none
 */
export async function readRows(path: string): Promise<TrainingRow[]> {
  const lines = (await readText(path)).split('\n');
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return [];
    const where = `${path}, line ${at + 1}`;
    const parsed = trainingRow.safeParse(parseJson(line, where));
    if (parsed.success) return [parsed.data];
    throw new MlError('BAD_INPUT', `${where} is not a row: ${z.prettifyError(parsed.error)}`);
  });
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: Error) => {
    throw new MlError('BAD_FILE', `Cannot read ${path}: ${cause.message}`, { cause });
  });
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MlError('BAD_INPUT', `${where} is not JSON.`, { cause });
  }
}
