import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/ml/random.ts';
import { type LearningApi, startLearningApi } from '../helpers/learning.ts';
import { anyWord } from '../helpers/training-runs.ts';

/** Enough of each class for a split of which none is too small. */
const CUSTOMERS = 220;

let world: LearningApi;
const texts = writeTexts();

beforeAll(async () => {
  world = await startLearningApi();
  await world.ingest(
    texts.map((text, i) => ({
      ...{ messageId: `m${i}`, type: 'ticket', text },
      occurredAt: new Date(Date.UTC(2025, 9, 1, i)).toISOString(),
      identities: [{ kind: 'user_id', value: `u${i}` }],
    })),
  );
}, 300_000);
afterAll(() => world.stop());

/** Each customer writes of a refund or a parcel, in a good or a bad mood; the last ten have no label. */
function writeTexts(): string[] {
  const { next } = seededRandom(9);
  return Array.from({ length: CUSTOMERS + 10 }, (_, i) => {
    const [thing, mood] = [i % 2 ? 'parcel' : 'refund', i % 4 < 2 ? '好' : '坏'];
    return `${anyWord(next)} old ${thing} ${anyWord(next)}, ${mood} ${anyWord(next)}`;
  });
}

const labelled = (labelOf: (text: string, i: number) => unknown) =>
  texts.slice(0, CUSTOMERS).map((text, i) => ({ messageId: `m${i}`, value: labelOf(text, i) }));

const settings = { epochs: 10, learningRate: 0.005, batchSize: 16, patience: 10 };

describe('SEQUENCE, from spans to spans', () => {
  it('says where in its last texts a customer names what was labelled', async () => {
    await world.label(
      'things',
      labelled((text) => {
        const start = text.indexOf('old ');
        const end = text.indexOf(' ', start + 4);
        const mood = text.search(/[好坏]/);
        return [
          { start, end, label: 'THING' },
          { start: mood, end: mood + 1, label: 'MOOD' },
        ];
      }),
    );
    const run = await world.train({
      name: 'things',
      task: { kind: 'SEQUENCE', labels: 'things' },
      hyperparameters: settings,
    });
    expect(run).toMatchObject({ state: 'DONE', refused: null, error: null });
    expect(run.version.metrics.entityF1).toBeGreaterThan(0.8);
    expect(run.version.baselines['majority-tags']).toHaveProperty('entityF1');

    // Personal data is masked before the model sees it: places are those of the text as written.
    const text = 'red, mail bob@example.com about my old parcel now 坏';
    await world.ingest([
      {
        ...{ messageId: 'last', type: 'ticket', text, occurredAt: '2026-01-01T00:00:00Z' },
        identities: [{ kind: 'user_id', value: `u${CUSTOMERS}` }],
      },
    ]);
    await world.promote(run.version.id);
    await world.refreshPredictions();
    const [found] = await world.predictionsOf(`u${CUSTOMERS}`);
    expect(found?.task).toBe('things');
    const spans = (found?.value ?? []) as {
      messageId: string;
      start: number;
      end: number;
      text: string;
    }[];
    expect(spans).toContainEqual({
      ...{ label: 'THING', text: 'old parcel', messageId: 'last' },
      ...{ start: text.indexOf('old'), end: text.indexOf(' now') },
      confidence: expect.any(Number),
    });
    const before = texts[CUSTOMERS] ?? '';
    const ofBefore = spans.filter(({ messageId }) => messageId === `m${CUSTOMERS}`);
    expect(ofBefore.map(({ start, end }) => before.slice(start, end))).toEqual([
      'old refund',
      '好',
    ]);
    expect(JSON.stringify(found)).not.toContain('bob');
    expect(found?.probability).toBeGreaterThan(0);
  }, 600_000);
});
