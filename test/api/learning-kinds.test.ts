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

describe('several tasks of one model', () => {
  let teacher = '';

  it('are learnt on one encoder, measured each, and predicted by one version', async () => {
    const topicOf = (text: string) => (text.includes('refund') ? 'refund' : 'parcel');
    const moodOf = (text: string) => (text.includes('好') ? 'good' : 'bad');
    await world.label('topic', labelled(topicOf));
    await world.label('mood', labelled(moodOf));
    const run = await world.train({
      name: 'topic',
      task: { kind: 'CLASSIFY', labels: 'topic' },
      hyperparameters: { ...settings, tasks: [{ name: 'mood', weight: 0.8 }] },
    });
    expect(run).toMatchObject({ state: 'DONE', refused: null, error: null });
    expect(run.version.metrics.tasks).toMatchObject({
      mood: { accuracy: expect.any(Number), baseline: { accuracy: expect.any(Number) } },
    });
    teacher = run.version.id;
    await world.promote(teacher);
    await world.refreshPredictions();
    for (const user of [CUSTOMERS + 1, CUSTOMERS + 2]) {
      const predicted = await world.predictionsOf(`u${user}`);
      const said = new Map(predicted.map(({ task, value }) => [task, value]));
      const text = texts[user] ?? '';
      expect(said.get('topic')).toBe(topicOf(text));
      expect(said.get('mood')).toBe(moodOf(text));
      // Each is stored with reasons of its own: words of the text, by what they add to its task.
      const [topic, mood] = ['topic', 'mood'].map(
        (asked) => predicted.find(({ task }) => task === asked)?.reasons ?? [],
      );
      expect(mood).toHaveLength(5);
      expect(mood).not.toEqual(topic);
    }
  }, 600_000);

  it('are refused where nobody labelled them, or the model is of another kind', async () => {
    const asked = (task: object, tasks: readonly object[]) =>
      world.api.data(
        `mutation($input: ModelTrainInput!) { modelTrain(input: $input) {
          userErrors { field code } } }`,
        {
          input: {
            ...{ name: 'x', domain: 'retail', base: 'tiny', task },
            hyperparameters: { tasks },
          },
        },
      );
    const { modelTrain } = await asked({ kind: 'CLASSIFY', labels: 'topic' }, [{ name: 'size' }]);
    expect(modelTrain.userErrors).toEqual([
      { field: ['hyperparameters', 'tasks', '0', 'name'], code: 'NOT_FOUND' },
    ]);
    const other = await asked({ kind: 'EMBED' }, [{ name: 'mood' }]);
    expect(other.modelTrain.userErrors).toEqual([
      { field: ['hyperparameters', 'tasks'], code: 'BAD_INPUT' },
    ]);
  });

  it('teach a smaller model, by the id of their version', async () => {
    const distill = { teacher, temperature: 2, weight: 0.7 };
    const run = await world.train({
      name: 'topic-small',
      task: { kind: 'CLASSIFY', labels: 'topic' },
      hyperparameters: { ...settings, epochs: 6, distill, layers: 1 },
    });
    expect(run).toMatchObject({ state: 'DONE', refused: null, error: null });
    expect(run.version.metrics.accuracy).toBeGreaterThan(0.8);
  }, 600_000);
});

describe('PRETRAIN with a vocabulary of its own', () => {
  it('makes a version that other trainings start from', async () => {
    const { version } = await world.train({
      name: 'words',
      task: { kind: 'PRETRAIN' },
      hyperparameters: { epochs: 2, batchSize: 16, vocabulary: { size: 100 } },
    });
    const run = await world.train({
      name: 'topic-words',
      task: { kind: 'CLASSIFY', labels: 'topic' },
      base: undefined,
      from: version.id,
      hyperparameters: { ...settings, epochs: 4 },
    });
    expect(run).toMatchObject({ state: 'DONE', refused: null, error: null });
    const { model } = await world.api.data(
      '{ model(name: "topic-words") { versions(first: 1) { edges { node { parent { id } } } } } }',
    );
    expect(model.versions.edges).toEqual([{ node: { parent: { id: version.id } } }]);
  }, 600_000);
});
