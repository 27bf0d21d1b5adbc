import { existsSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { isFinished } from '../../src/features/jobs/run.ts';
import { createCollect } from '../../src/jobs/collect.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { makeFolder } from '../features/artefacts/make-folder.ts';
import { type ModelWorld, makeModelWorld } from '../features/models/world.ts';

let world: ModelWorld;
beforeAll(async () => {
  world = await makeModelWorld();
});
afterAll(() => world.end());

/** An artefact that was published so many days before the clock's now. */
async function published(name: string, days: number): Promise<string> {
  const hash = await world.artefacts.publish(makeFolder(world.home, name, { name }));
  const at = world.clock.now().getTime() / 1_000 - days * 86_400;
  utimesSync(join(world.home, 'artefacts', hash), at, at);
  return hash;
}

describe('collecting', () => {
  it('removes what nobody names, unless it is a day old at most, and folders of ended runs', async () => {
    const [named, orphan, young] = [
      await published('named', 30),
      await published('orphan', 2),
      await published('young', 0.5),
    ];
    await world.db.query(sql`
      with m as (
        insert into model (name, domain_id, kind, training)
        values ('m', ${await world.domain('retail')}, 'CLASSIFY', '{}') returning id
      )
      insert into model_version (model_id, number, data_hash, rows, code_version, spec,
        hyperparameters, metrics, baselines, winner, decided_by, artefact)
      select id, 1, '', '{}', '', '{}', '{}', '{}', '{}', 'model', '', ${named} from m`);
    await world.author('lovely', 'good');
    const busy = await world.train();
    const runs = world.trainer.runs;
    for (const name of [busy.id, 'of-nobody']) mkdirSync(join(runs, name), { recursive: true });

    const collect = createCollect(world);
    const worker = await world.work([collect]);
    for (const _ of ['once', 'again']) {
      const { id } = await enqueue(world.db, collect, {});
      expect((await world.until(id, isFinished)).state).toBe('DONE');
    }
    await worker.stop();
    const left = (await world.artefacts.list()).map(({ hash }) => hash);
    expect(left.sort()).toEqual([named, young].sort());
    expect(left).not.toContain(orphan);
    expect(existsSync(join(runs, busy.id))).toBe(true);
    expect(existsSync(join(runs, 'of-nobody'))).toBe(false);
  });
});
