import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import type { Actor } from '../../../src/auth.ts';
import { modelByName } from '../../../src/features/models/model.ts';
import {
  modelPromote,
  modelRollback,
  PROMOTED_CHANNEL,
} from '../../../src/features/models/promote.ts';
import { tester } from '../../jobs/world.ts';
import { type ModelWorld, makeModelWorld } from './world.ts';

let world: ModelWorld;
let models = 0;
beforeAll(async () => {
  world = await makeModelWorld();
});
afterAll(() => world.end());

/** A model with versions that nobody has promoted; gives their ids. */
async function addModel(count: number): Promise<{ name: string; versions: number[] }> {
  models += 1;
  const name = `model-${models}`;
  const rows = await world.db.query<{ id: number }>(sql`
    with m as (
      insert into model (name, domain_id, kind, labels, training)
      values (${name}, ${await world.domain('retail')}, 'CLASSIFY', 'mood', '{}') returning id
    )
    insert into model_version (model_id, number, data_hash, rows, code_version, spec,
      hyperparameters, metrics, baselines, winner, decided_by, artefact)
    select m.id, n, '', '{}', '', '{}', '{}', '{}', '{}', 'model', 'f1', ''
    from m, generate_series(1, ${count}::int) n returning id`);
  return { name, versions: rows.map(({ id }) => id).sort((a, b) => a - b) };
}

const activeOf = async (name: string) =>
  (await modelByName(world.db, tester, name))?.activeVersionId ?? null;

describe('a promotion', () => {
  it('switches the active version, tells who serves it, and asks for new predictions', async () => {
    const { name, versions } = await addModel(1);
    const heard = world.hub.subscribe(PROMOTED_CHANNEL);
    await heard.next();
    const { model, version } = await modelPromote(world, tester, { version: versions[0] ?? 0 });
    expect(model.activeVersionId).toBe(versions[0]);
    expect(version).toMatchObject({ active: true, status: 'ACTIVE' });
    expect((await heard.next()).value).toBe(name);
    await heard.return?.();
    const jobs = await world.db.query(sql`
      select from job_run where name = 'refresh-predictions' and payload = ${{ model: name }}::jsonb`);
    expect(jobs).toHaveLength(1);
  });

  it('of the version that is active already changes nothing', async () => {
    const { name, versions } = await addModel(2);
    const [first = 0, second = 0] = versions;
    for (const version of [first, second, second, second])
      await modelPromote(world, tester, { version });
    expect(await activeOf(name)).toBe(second);
    await modelRollback(world, tester, name);
    expect(await activeOf(name)).toBe(first);
  });

  it.each([
    ['of no version', { version: 999_999 }, 'NOT_FOUND'],
    ['of nonsense', { version: '1; drop table model' }, 'NOT_FOUND'],
  ])('%s is refused', async (_what, input, code) => {
    await expect(modelPromote(world, tester, input)).rejects.toMatchObject({ code });
  });

  it('is refused for a model that is not the one named, and for a caller who may not', async () => {
    const { name, versions } = await addModel(1);
    const version = versions[0] ?? 0;
    await expect(modelPromote(world, tester, { version, model: 'another' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: ['model'],
    });
    const writer: Actor = { id: 'key:1', role: 'writer', domains: 'all' };
    const banker: Actor = { id: 'key:2', role: 'admin', domains: ['finance'] };
    await expect(modelPromote(world, writer, { version })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(modelPromote(world, banker, { version })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(modelRollback(world, banker, name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await activeOf(name)).toBeNull();
  });
});

describe('a rollback', () => {
  it('is refused when no version was active before', async () => {
    const { name, versions } = await addModel(1);
    await expect(modelRollback(world, tester, name)).rejects.toMatchObject({ code: 'CONFLICT' });
    await modelPromote(world, tester, { version: versions[0] ?? 0 });
    await expect(modelRollback(world, tester, name)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('takes promotions back as a stack does, in any order of both', async () => {
    const step = fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constant('back' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { name, versions } = await addModel(3);
        const stack: number[] = [];
        for (const each of steps) {
          if (each === 'back') {
            const before = stack.at(-2);
            const done = await modelRollback(world, tester, name).catch(() => undefined);
            expect(done?.version.id).toBe(before);
            if (before !== undefined) stack.pop();
          } else {
            const version = versions[each] ?? 0;
            await modelPromote(world, tester, { version });
            if (stack.at(-1) !== version) stack.push(version);
          }
          expect(await activeOf(name)).toBe(stack.at(-1) ?? null);
        }
      }),
      { numRuns: 60 },
    );
  });
});
