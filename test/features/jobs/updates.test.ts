import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Actor } from '../../../src/auth.ts';
import { jobById, recentJobs } from '../../../src/features/jobs/read.ts';
import { retryJob } from '../../../src/features/jobs/retry.ts';
import { jobUpdates } from '../../../src/features/jobs/updates.ts';
import { defineJob } from '../../../src/jobs/define.ts';
import { enqueue } from '../../../src/jobs/queue.ts';
import { makeWorld, signpost, tester, type World } from '../../jobs/world.ts';

let world: World;

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.end());

const nowhere = '00000000-0000-7000-8000-000000000000';
const job = (name: string, run: () => Promise<void> = async () => {}) =>
  defineJob({ name, payload: z.object({}), run });

describe('jobUpdates', () => {
  it('gives the present state, then each change, and ends with the job', async () => {
    const goOn = signpost();
    const slow = job('slow', () => goOn.reached);
    const { id } = await enqueue(world.db, slow, {});
    const updates = jobUpdates(world, world.hub, tester, id);
    expect((await updates.next()).value).toMatchObject({ id, state: 'QUEUED' });
    await world.work([slow]);
    expect((await updates.next()).value).toMatchObject({ id, state: 'RUNNING' });
    goOn.reach();
    expect((await updates.next()).value).toMatchObject({ id, state: 'DONE', progress: 1 });
    expect(await updates.next()).toMatchObject({ done: true });
  });

  it('gives a finished job once', async () => {
    const quick = job('quick');
    await world.work([quick]);
    const { id } = await enqueue(world.db, quick, {});
    await world.until(id, ({ state }) => state === 'DONE');
    const states = [];
    for await (const { state } of jobUpdates(world, world.hub, tester, id)) states.push(state);
    expect(states).toEqual(['DONE']);
  });

  it('lets a reader who waits for the next change go', async () => {
    const { id } = await enqueue(world.db, job('never'), {});
    const updates = jobUpdates(world, world.hub, tester, id);
    await updates.next();
    const waiting = updates.next();
    await updates.return?.();
    expect(await waiting).toMatchObject({ done: true });
  });

  it('says that there is no such job', async () => {
    const updates = jobUpdates(world, world.hub, tester, nowhere);
    await expect(updates.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('reading jobs', () => {
  it('pages through the newest first', async () => {
    const made = [];
    for (let index = 0; index < 5; index += 1)
      made.unshift((await enqueue(world.db, job('paged'), {})).id);
    const first = await recentJobs(world, tester, { name: 'paged', first: 3 });
    expect(first.map(({ id }) => id)).toEqual(made.slice(0, 3));
    const after = first.at(-1)?.id ?? '';
    const rest = await recentJobs(world, tester, { name: 'paged', first: 3, after });
    expect(rest.map(({ id }) => id)).toEqual(made.slice(3));
  });

  it.each([nowhere, 'no-id', "' or true --"])('finds no job %p', async (id) => {
    expect(await jobById(world, tester, id)).toBeUndefined();
  });

  it('lets readers see jobs and only admins retry them', async () => {
    const reader: Actor = { id: 'key:1', role: 'reader', domains: ['retail'] };
    const { id } = await enqueue(world.db, job('seen'), {});
    expect(await jobById(world, reader, id)).toMatchObject({ name: 'seen' });
    await expect(retryJob(world, reader, id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(retryJob(world, tester, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
