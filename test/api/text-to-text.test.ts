import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadGenerator } from '../../src/ml/t5/run/generator.ts';
import { readT5Manifest } from '../../src/ml/t5/run/manifest.ts';
import {
  ingestBuyers,
  makeTextToTextWorld,
  quick,
  type TextToTextWorld,
} from './text-to-text-world.ts';

let world: TextToTextWorld;
beforeAll(async () => {
  world = await makeTextToTextWorld();
  const names = ['low', 'high'] as const;
  await ingestBuyers(world.api, 'retail', { count: 200, names, of: 'customer' });
}, 120_000);
afterAll(() => world.end());

const task = { kind: 'GENERATE', labels: 'price_sensitivity' };

describe('a text-to-text model', () => {
  it('learns to answer out of the label set, from the customer in words', async () => {
    const run = await world.train({
      ...{ name: 'price', domain: 'retail', task, shots: 40, seed: 1 },
      hyperparameters: quick,
    });
    expect(run).toMatchObject({ state: 'DONE', refused: null, error: null });
    const { version } = run;
    expect(version.decidedBy).toBe('rocAuc');
    expect(Object.keys(version.baselines).sort()).toEqual(['majority', 'tfidf-linear']);
    expect(version.baselines.majority.rocAuc).toBe(0.5);
    // Time splits 200 customers by six to two to two; 40 of each class are drawn of the first.
    expect(version.rows).toEqual({ train: 80, validation: 40, test: 40 });
    expect(version.model.task).toEqual(task);
    const figure = (own: { rocAuc: number }) => own.rocAuc;
    const best = Math.max(...Object.values(version.baselines as object).map(figure));
    expect(version.winner === 'model').toBe(figure(version.metrics) > best);
    expect(version.active).toBe(version.winner === 'model');
    expect(run.curve).toContainEqual(
      expect.objectContaining({ split: 'validation', metric: 'loss' }),
    );

    const folder = await world.folderOf(version);
    expect(await readT5Manifest(folder)).toMatchObject({
      ...{ task: { ...task, name: task.labels, labels: ['high', 'low'] }, several: false },
    });
    const generator = await loadGenerator(folder, { threads: 1 });
    const [answer] = await generator.answer([
      'retail customer; wrote: review "bought a gold coat".',
    ]);
    expect(['high', 'low']).toContain(answer?.likeliest);
    await generator.close();
  }, 180_000);

  it('learns several tasks at once, one of them a list of labels', async () => {
    const run = await world.train({
      ...{ name: 'tastes', domain: 'retail', task: { ...task, labels: 'interests' }, shots: 20 },
      hyperparameters: { ...quick, epochs: 1, tasks: ['price_sensitivity'] },
    });
    expect(run).toMatchObject({ state: 'DONE', error: null });
    const { metrics, version } = run;
    expect(version.decidedBy).toBe('microF1');
    expect(metrics.microF1).toBeGreaterThanOrEqual(0);
    expect(metrics.tasks.price_sensitivity.rows).toBe(40);
    expect(version.hyperparameters.tasks).toEqual([
      { name: 'price_sensitivity', labels: ['high', 'low'], rows: 'task-1.jsonl' },
    ]);
    const manifest = await readT5Manifest(await world.folderOf(version));
    expect(manifest).toMatchObject({ several: true, task: { labels: ['coat', 'soap', 'watch'] } });
    expect(manifest.further).toMatchObject([
      { task: { name: 'price_sensitivity', labels: ['high', 'low'] }, several: false },
    ]);
  }, 180_000);

  it('goes on pre-training on the domain, and is then a start for a task', async () => {
    const pretrained = await world.train({
      ...{ name: 'language', domain: 'retail', base: 'base-t5', task: { kind: 'PRETRAIN' } },
      ...{ source: { text: 'CUSTOMER' }, hyperparameters: { ...quick, epochs: 1 } },
    });
    expect(pretrained).toMatchObject({ state: 'DONE', error: null });
    expect(pretrained.metrics.perplexity).toBeCloseTo(Math.exp(pretrained.metrics.loss), 6);
    const run = await world.train({
      ...{ name: 'wish', domain: 'retail', task, from: pretrained.version.id, shots: 20 },
      hyperparameters: { ...quick, epochs: 1, answers: 'text', variant: 'lora' },
    });
    expect(run).toMatchObject({ state: 'DONE', error: null });
    expect(run.version.parent).toEqual({ id: pretrained.version.id });
    expect(run.version.decidedBy).toBe('exactMatch');
    expect(run.version.rows.train).toBe(20);
    expect(Object.keys(run.version.baselines)).toEqual(['majority']);
  }, 240_000);

  it('learns to write what customers do next, which nobody has to label', async () => {
    const next = { kind: 'GENERATE', labels: 'next_behaviour' };
    const events = Array.from({ length: 150 }, (_, i) => ({
      ...{ messageId: `next-${i}`, identities: [{ kind: 'user_id', value: `retail-${i}` }] },
      ...(i % 2 ? { type: 'order', properties: { category: 'gold' } } : { type: 'coat' }),
      occurredAt: new Date(Date.UTC(2025, 10, 1, i)).toISOString(),
    }));
    await world.api.data(
      `mutation($events: [EventInput!]!) {
        eventsIngest(input: { domain: "retail", events: $events }) { accepted }
      }`,
      { events },
    );
    const run = await world.train({
      ...{ name: 'next', domain: 'retail', task: next, hyperparameters: quick },
    });
    expect(run).toMatchObject({ state: 'DONE', refused: null, error: null });
    const { version } = run;
    expect(version).toMatchObject({ decidedBy: 'exactMatch', model: { task: next } });
    // Every other one orders.
    expect(version.baselines.majority.exactMatch).toBeCloseTo(0.5, 1);
    expect(version.active).toBe(version.winner === 'model');
    expect(version.rows).toEqual({ train: 90, validation: 30, test: 30 });
  }, 180_000);

  it('refuses labels that are too few, and says which', async () => {
    const run = await world.train({ name: 'too-few', domain: 'retail', task, shots: 101 });
    expect(run.state).toBe('FAILED');
    expect(run.refused).toMatch(/"high" has 100/);
    expect(run.version).toBeNull();
  }, 120_000);
});
