import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import type { Queryable } from '../../src/db.ts';
import { createContext } from '../../src/ml/run/context.ts';
import { runGenerate } from '../../src/ml/t5/run/generate.ts';
import { quick, rows, spec, writeBase } from '../ml/t5/run/world.ts';

/**
 * Trains a small T5 to tell price sensitivity from what was bought ("bought cheap soap" is low).
 * @returns the version's folder, in a new folder of its own
 */
export async function trainGenerator(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'cameo-generator-')), 'version');
  const context = createContext({ engine: 'onnx', threads: 1, elapsed: () => 0, report: () => {} });
  const own = spec(await writeBase(), { ...quick, epochs: 6 });
  await runGenerate(context, own, rows(300, 1), async () => [], folder);
  return folder;
}

/** Changes what the version's manifest says. */
export async function changeManifest(
  folder: string,
  change: (manifest: Record<string, unknown>) => object,
): Promise<void> {
  const path = join(folder, 'cameo.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...manifest, ...change(manifest) }));
}

/** Writes a version of the model "portrait" down as a training does at its end; its id. */
export async function registerGenerator(
  db: Queryable,
  artefact: string,
  { task, further }: { readonly task: string; readonly further: string },
): Promise<number> {
  const spec = { text: 'EVENTS', task: { kind: 'GENERATE', labels: [], name: task } };
  const hyperparameters = { tasks: [{ name: further }] };
  const [row] = await db.query<{ id: number }>(sql`
    with m as (
      insert into model (name, domain_id, kind, labels, training)
      select 'portrait', id, 'GENERATE', ${task}, '{}' from domain where key = 'retail' returning id)
    insert into model_version (model_id, number, data_hash, rows, code_version, spec, hyperparameters,
      metrics, baselines, winner, decided_by, artefact)
    select id, 1, '', '{"train": 1, "validation": 1, "test": 1}', 'test', ${JSON.stringify(spec)},
      ${JSON.stringify(hyperparameters)}, '{}', '{}', 'model', 'accuracy', ${artefact} from m
    returning id`);
  return row?.id ?? 0;
}
