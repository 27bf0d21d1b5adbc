import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadGenerator } from '../../src/ml/t5/run/generator.ts';
import {
  ingestBuyers,
  MODEL_TRAIN,
  makeTextToTextWorld,
  quick,
  type TextToTextWorld,
  type TrainedRun,
} from './text-to-text-world.ts';

let world: TextToTextWorld;
let retail: TrainedRun;
beforeAll(async () => {
  world = await makeTextToTextWorld();
  await ingestBuyers(world.api, 'retail', { count: 150, names: ['low', 'high'], of: 'message' });
  // The same people in other words: the sets of labels have nothing in common.
  const names = ['cautious', 'bold'] as const;
  await ingestBuyers(world.api, 'finance', { count: 120, names, of: 'message' });
  retail = await world.train({ ...asked('retail'), shots: 40 });
}, 240_000);
afterAll(() => world.end());

const asked = (domain: string) => ({
  ...{ name: `${domain}-price`, domain, hyperparameters: { ...quick, maxLength: 24 } },
  task: { kind: 'GENERATE', labels: 'price_sensitivity' },
});

/** What a version's model is worth by itself, without the linear model that it is stacked with. */
const ownOf = (metrics: TrainedRun['metrics']) => metrics.alone ?? metrics;

describe('a transfer to another domain', () => {
  it('goes on with few labels of another set, and says what was forgotten and won', async () => {
    expect(retail).toMatchObject({ state: 'DONE', error: null });
    const run = await world.train({
      ...{ ...asked('finance'), from: retail.version.id, shots: 20, seed: 2 },
      hyperparameters: {
        ...asked('finance').hyperparameters,
        ...{ variant: 'adapters', replay: { share: 0.25 }, adversarial: 0.1 },
        ...{ compare: true, ensemble: true },
      },
    });
    expect(run).toMatchObject({ state: 'DONE', error: null });
    const { version, metrics } = run;
    expect(version.parent).toEqual({ id: retail.version.id });
    expect(version.rows).toEqual({ train: 40, validation: 24, test: 24 });
    // Where it started from is told, and no folder of the server.
    expect(version.hyperparameters).toMatchObject({ sourceShare: 0.5, compare: true });
    expect(JSON.stringify(version.hyperparameters)).not.toMatch(/:"\//);

    const { before, after } = metrics.source;
    // The test rows of the source version: what it was worth is known from its own run.
    expect(before.rows).toBe(30);
    expect(before.accuracy).toBeCloseTo(ownOf(retail.version.metrics).accuracy, 6);
    expect(after).toMatchObject({ rows: 30, accuracy: expect.any(Number) });

    const { transfer } = metrics;
    expect(transfer).toMatchObject({ decidedBy: 'rocAuc', shots: 20 });
    for (const arm of ['targetOnly', 'sourceOnly', 'transfer'])
      expect(transfer[arm]).toMatchObject({ rows: 24, rocAuc: expect.any(Number) });
    expect(transfer.transfer.rocAuc).toBe(ownOf(metrics).rocAuc);
    const best = Math.max(
      ...['targetOnly', 'sourceOnly', 'transfer'].map((arm) => transfer[arm].rocAuc),
    );
    expect(transfer[transfer.winner].rocAuc).toBe(best);
    expect(run.curve).toContainEqual(expect.objectContaining({ split: 'train target-only' }));

    const generator = await loadGenerator(await world.folderOf(version), { threads: 1 });
    const [answer] = await generator.answer(['bought a gold watch']);
    expect(['cautious', 'bold']).toContain(answer?.likeliest);
    await generator.close();
  }, 240_000);

  it('is for keys that see both domains', async () => {
    const banker = await world.api.makeKey('writer', ['finance']);
    const input = { ...asked('finance'), name: 'mine', from: retail.version.id };
    const { data } = await world.api.ask(MODEL_TRAIN, { input }, banker);
    expect(data.modelTrain).toMatchObject({
      run: null,
      userErrors: [{ field: ['from'], code: 'NOT_FOUND' }],
    });
  });
});
