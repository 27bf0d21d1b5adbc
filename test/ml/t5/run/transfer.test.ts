import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createContext } from '../../../../src/ml/run/context.ts';
import type { CurvePoint, Metrics, RunResult } from '../../../../src/ml/run/messages.ts';
import type { TrainingRow } from '../../../../src/ml/run/spec.ts';
import { runGenerate } from '../../../../src/ml/t5/run/generate.ts';
import { loadGenerator } from '../../../../src/ml/t5/run/generator.ts';
import { readT5Manifest } from '../../../../src/ml/t5/run/manifest.ts';
import { rootHash } from '../../../../src/ml/t5/run/root.ts';
import { quick, rows, spec, writeBase } from './world.ts';

let base: string;
let retail: string;
let source: RunResult;
const own = { ...quick, epochs: 3 };
beforeAll(async () => {
  base = await writeBase();
  retail = join(base, 'retail');
  source = await run(spec(base, own), rows(330, 5), {}, retail);
}, 180_000);
afterAll(() => rm(base, { recursive: true, force: true }));

const curve: CurvePoint[] = [];
function run(
  asked: ReturnType<typeof spec>,
  data: readonly TrainingRow[],
  files: Readonly<Record<string, readonly TrainingRow[]>>,
  folder: string,
): Promise<RunResult> {
  const context = createContext({
    engine: 'onnx',
    threads: 1,
    elapsed: () => 0,
    report: (message) => {
      if (message.type === 'curve') curve.push(...message.points);
    },
  });
  return runGenerate(context, asked, data, async (file) => [...(files[file] ?? [])], folder);
}

/** What a run's model is worth by itself, without the linear model that it is stacked with. */
const ownOf = ({ metrics }: RunResult) => (metrics.alone ?? metrics) as Metrics;

/** The same shopping in other words: no label of the source is one of the target. */
const names: Readonly<Record<string, string>> = { low: 'cheap', middle: 'middle', high: 'gold' };
const bank = (count: number): TrainingRow[] =>
  rows(count, 6).map((row) => ({
    ...row,
    text: `a ${row.text}`,
    label: names[`${row.label}`] ?? '',
  }));

/** What is bought, as a list; of the people of `bank`. */
const things = bank(300).map((row, i): TrainingRow => {
  const list = /coat/.test(row.text ?? '') ? ['coat'] : [];
  return { ...row, label: i % 9 === 0 ? [...list, 'watch'] : list };
});

describe('a run that goes on from a version in another domain', () => {
  it('compares, replays, learns further tasks, and reports on both domains', async () => {
    const asked = spec(retail, {
      ...own,
      replay: { rows: 'source.jsonl', share: 0.3, split: 'time', seed: 1 },
      compare: true,
      tasks: [{ name: 'interests', labels: ['coat', 'watch'], rows: 'things.jsonl' }],
    });
    const task = { ...asked.task, labels: ['cheap', 'gold', 'middle'] };
    const files = { 'source.jsonl': rows(330, 5), 'things.jsonl': things };
    const folder = join(base, 'bank');
    const result = await run({ ...asked, task, root: base, shots: 20 }, bank(300), files, folder);
    expect(result.rows).toEqual({ train: 60, validation: 60, test: 60 });

    // Split as the source was, its test rows are those that its own run reported.
    const { before, after } = result.metrics.source as Record<string, Metrics>;
    expect(before).toMatchObject({ rows: 66, accuracy: ownOf(source).accuracy });
    expect(after?.accuracy).toBeGreaterThan(0.8);

    const report = result.metrics.transfer as Record<string, Metrics>;
    expect(report.transfer?.accuracy).toBe(ownOf(result).accuracy);
    expect(report.transfer?.accuracy).toBeGreaterThan(report.targetOnly?.accuracy as number);
    // It never heard of "cheap" and "gold", and still may say nothing else.
    expect(report.sourceOnly?.rows).toBe(60);
    expect(report.winner).toBe('transfer');
    expect(curve.map(({ split }) => split)).toContain('train target-only');

    expect((result.metrics.tasks as Record<string, Metrics>).interests?.rows).toBe(60);
    const { further } = await readT5Manifest(folder);
    expect(further).toMatchObject([
      { task: { name: 'interests', labels: ['coat', 'watch'] }, several: true },
    ]);
    expect(further?.[0]?.confidence?.values.length).toBeGreaterThan(0);
  }, 180_000);

  it('answers together with what was trained apart, and with a source that answers the same', async () => {
    const ask = (data: readonly TrainingRow[], labels: readonly string[], folder: string) => {
      const asked = spec(retail, { ...own, epochs: 1, ensemble: true, compare: true });
      const task = { ...asked.task, labels: [...labels] };
      return run({ ...asked, task, root: base, shots: 10 }, data, {}, join(base, folder));
    };
    const alike = await ask(rows(120, 7), ['high', 'low', 'middle'], 'alike');
    const report = alike.metrics.transfer as Record<string, Metrics>;
    expect(report.transfer?.accuracy).toBe(ownOf(alike).accuracy);
    // It learnt the source's labels long ago: with its say the version is better than without any.
    expect(ownOf(alike).accuracy).toBeGreaterThan(report.targetOnly?.accuracy as number);
    const manifest = await readT5Manifest(join(base, 'alike'));
    expect(manifest).toMatchObject({ members: [1, 1, 1], root: await rootHash(base) });
    const generator = await loadGenerator(join(base, 'alike'), { threads: 1 });
    const answers = await generator.answer(['bought gold watch', 'bought cheap soap']);
    expect(answers.map(({ likeliest }) => likeliest)).toEqual(['high', 'low']);
    await generator.close();

    const others = await ask(bank(120), ['cheap', 'gold', 'middle'], 'others');
    expect(others.metrics.accuracy).toBeGreaterThanOrEqual(0);
    expect((await readT5Manifest(join(base, 'others'))).members).toEqual([1, 1]);
  }, 180_000);

  it('needs to know what the source was trained from, to train that apart', async () => {
    const asked = spec(retail, { ...own, ensemble: true });
    const folder = join(base, 'rootless');
    await expect(run({ ...asked, shots: 10 }, rows(120, 7), {}, folder)).rejects.toThrow(
      '"compare" and "ensemble" need the root of a source version.',
    );
  }, 60_000);

  it('hides the domain with small parts alone, and measures without replaying', async () => {
    const replay = { rows: 'source.jsonl', share: 0.5 };
    const labels = ['cheap', 'gold', 'middle'];
    const files = { 'source.jsonl': rows(330, 5) };
    const ask = (more: object, folder: string) => {
      const asked = spec(retail, { ...own, epochs: 1, ...more });
      const task = { ...asked.task, labels };
      return run({ ...asked, task, shots: 10 }, bank(120), files, join(base, folder));
    };
    const small = await ask({ variant: 'adapters', adversarial: 0.1, replay }, 'small');
    expect(small.hyperparameters).toMatchObject({ variant: 'adapters', adversarial: 0.1 });
    const measured = await ask({ replay: { ...replay, share: 0 } }, 'measured');
    const { after } = measured.metrics.source as Record<string, Metrics>;
    expect(after?.accuracy).toBeGreaterThanOrEqual(0);
    await expect(
      ask({ adversarial: 0.1, replay: { ...replay, share: 0 } }, 'none'),
    ).rejects.toThrow(/"adversarial" needs a share/);
  }, 180_000);
});
