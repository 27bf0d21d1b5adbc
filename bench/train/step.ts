// A training step (4 x 256, length 64, 32 rows, vocabulary 8,000): traced, against the plain wasm
// backend, and against the prototype's hand-written graph where CAMEO_PROTOTYPE names its folder; in
// turns, in one process.
import { readConfig } from '../../src/config.ts';
import { openEagerMachine } from '../../src/ml/engine/eager.ts';
import type { Machine } from '../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../src/ml/engine/traced.ts';
import { selectEagerBackend } from '../../src/ml/tf.ts';
import { initialState } from '../../src/ml/train/step.ts';
import { median, report, timed } from '../helpers/figures.ts';
import { batchOf, step, trainable, weights } from './model.ts';
import { openPrototype } from './prototype.ts';

const ROUNDS = 3;
/** Traced steps and prototype's steps of a round: one of wasm takes as long as ten. */
const EACH = 7;
const options = { threads: 2, spin: true };

await selectEagerBackend('wasm');
const traced = openTracedMachine(initialState(weights, trainable), options);
const wasm = openEagerMachine(initialState(weights, trainable));
const prototype = await openPrototype(readConfig().prototypeFolder, options);
const counts = new Map<Machine, number>();
const next = (machine: Machine) => async () => {
  const count = (counts.get(machine) ?? 0) + 1;
  counts.set(machine, count);
  await machine.run(step, batchOf(count));
};

console.log(`traced and compiled in ${((await timed(next(traced))) / 1000).toFixed(1)} s`);
await next(wasm)();
await prototype?.();
const times = { traced: [] as number[], wasm: [] as number[], prototype: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  for (let i = 0; i < EACH; i++) {
    times.traced.push(await timed(next(traced)));
    if (prototype) times.prototype.push(await timed(prototype));
  }
  times.wasm.push(await timed(next(wasm)));
}
const [ours, plain] = [median(times.traced), median(times.wasm)];
const what = 'training step, 4 x 256, length 64, 32 rows';
report({
  bench: `${what}: against the wasm backend`,
  figure: `${(plain / ours).toFixed(1)}x (${ours.toFixed(0)} ms, ${plain.toFixed(0)} ms)`,
  bar: '>= 6x',
  met: plain / ours >= 6,
});
if (prototype) {
  const theirs = median(times.prototype);
  report({
    bench: `${what}: against a hand-written graph`,
    figure: `${(ours / theirs).toFixed(2)}x its time (${ours.toFixed(0)} ms, ${theirs.toFixed(0)} ms)`,
    bar: '<= 1.4x',
    met: ours / theirs <= 1.4,
  });
} else console.log('No CAMEO_PROTOTYPE: not compared with the hand-written graph.');
await traced.close();
await wasm.close();
