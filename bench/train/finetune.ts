// Fine-tuning the shipped base encoder on 2,000 labelled texts for 4 epochs, as a training process
// does it: rows to served model, baselines included.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/ml/random.ts';
import type { TrainingRow, TrainingSpec } from '../../src/ml/run/spec.ts';
import { report } from '../helpers/figures.ts';

/** The training side of a 6:2:2 split has 2,000. */
const ROWS = Math.ceil(2000 / 0.6);
const THINGS = ['parcel', 'invoice', 'password', 'refund', 'voucher', 'return label'];
const ASKS = ['has not come', 'is wrong', 'does not work', 'came twice', 'is missing'];
const MORE = ['since Monday', 'although I wrote twice', 'and I need it soon', 'please help me'];

const { next } = seededRandom(1);
const pick = (from: readonly string[]) => from[Math.floor(next() * from.length)] as string;
const rows = Array.from({ length: ROWS }, (_, row): TrainingRow => {
  const label = pick(THINGS);
  const text = `My ${label} ${pick(ASKS)} ${pick(MORE)}, ${pick(MORE)}; order ${Math.floor(next() * 1e5)}.`;
  const at = new Date(Date.UTC(2026, 0, 1, 0, row)).toISOString();
  return { id: `${row}`, group: `${row}`, at, text, label };
});
const spec: TrainingSpec = {
  task: { kind: 'CLASSIFY', labels: THINGS, name: 'topic' },
  ...{ base: 'models/base-encoder', text: 'EVENTS', features: [], seed: 1 },
  ...{ hyperparameters: { epochs: 4, patience: 0 }, backend: 'onnx' },
  threads: availableParallelism(),
};

const folder = await mkdtemp(join(tmpdir(), 'cameo-bench-'));
try {
  await writeFile(join(folder, 'spec.json'), JSON.stringify(spec));
  await writeFile(join(folder, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/ml/run/child.ts', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`The training process ended with ${code}.`);
  const { metrics, rows: counts } = JSON.parse(await readFile(join(folder, 'result.json'), 'utf8'));
  console.log(`accuracy ${metrics.accuracy.toFixed(3)} on ${counts.test} rows`);
  report({
    bench: `fine-tune on ${counts.train} texts, 4 epochs, base encoder`,
    figure: `${seconds.toFixed(0)} s`,
    bar: '< 180 s',
    met: seconds < 180,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
