import { join } from 'node:path';
import { readBaseline } from '../../baselines/in-folder.ts';
import { inTurn } from '../../in-turn.ts';
import { loadTokenizer } from '../../tokenizer/load.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { readT5Config } from '../config.ts';
import { type Members, type OpenDecoder, openDecoder } from './decoding.ts';
import { graphFiles } from './graph-files.ts';
import type { Fitted } from './judge.ts';
import { readT5Manifest, type T5Manifest, type TaskManifest } from './manifest.ts';
import { createTextTask, type TextTask } from './text-task.ts';

/** A version ready to answer. */
export interface OpenVersion extends OpenDecoder {
  readonly manifest: T5Manifest;
  readonly tokenizer: Tokenizer;
  /** Its own first. */
  readonly tasks: readonly [OpenTask, ...OpenTask[]];
}

/** A task that a version answers. */
export interface OpenTask {
  readonly name: string;
  readonly several: boolean;
  readonly task: TextTask;
  readonly fitted: Fitted;
}

/** @throws MlError when a file of the folder is missing or damaged */
export async function openVersion(folder: string, threads: number): Promise<OpenVersion> {
  const manifest = await readT5Manifest(folder);
  const config = await readT5Config(join(folder, 'config.json'));
  const tokenizer = await loadTokenizer(folder);
  const [first, ...others] = await inTurn([manifest, ...(manifest.further ?? [])], (own, place) =>
    openTask(folder, tokenizer, own, place),
  );
  const files = graphFiles(manifest.members.length);
  const [own, ...further] = files.map(({ encoder, decoder }, member) => ({
    encoder: join(folder, encoder),
    decoder: join(folder, decoder),
    weight: manifest.members[member] as number,
  }));
  const members: Members = [own as Members[number], ...further];
  const { decoder, close } = await openDecoder(config, members, threads);
  const tasks: OpenVersion['tasks'] = [first as OpenTask, ...others];
  return {
    ...{ manifest, tokenizer, decoder, tasks },
    async close() {
      for (const { fitted } of tasks) fitted.stacked?.baseline.dispose();
      await close();
    },
  };
}

async function openTask(
  folder: string,
  tokenizer: Tokenizer,
  own: TaskManifest,
  place: number,
): Promise<OpenTask> {
  const { calibration, stack, confidence, leastConfidence, several } = own;
  return {
    ...{ name: own.task.name, several, task: createTextTask(tokenizer, { ...own, ...own.task }) },
    fitted: {
      ...(calibration && { calibration }),
      ...(stack && { stacked: { stack, baseline: await readBaseline(folder, place) } }),
      ...(confidence && { confidence }),
      threshold: { least: leastConfidence },
    },
  };
}
