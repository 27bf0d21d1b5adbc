// A training step of T5 (loss, gradients, clipping and AdamW in one traced graph) against the
// prototype's hand-written graph (loss and gradients alone), in turns.
// CAMEO_PROTOTYPE is the prototype's folder; without it the traced step is timed alone.
import { readConfig } from '../../src/config.ts';
import { openTracedMachine } from '../../src/ml/engine/traced.ts';
import { t5Loss } from '../../src/ml/t5/training/loss.ts';
import { stepSize } from '../../src/ml/train/adamw.ts';
import { initialState, trainingStep } from '../../src/ml/train/step.ts';
import { median, report, timed } from '../helpers/figures.ts';
import { config, trainingBatch, weights } from './model.ts';
import { openPrototype } from './prototype.ts';

const ROUNDS = 15;
const options = { threads: 2, spin: true };

const batch = trainingBatch();
const trainable = [...weights.keys()];
const machine = openTracedMachine(initialState(weights, trainable), options);
const step = trainingStep({
  trainable,
  loss: t5Loss(config, { smoothing: 0 }),
  dropout: 0,
  clip: 1,
});
const size = stepSize(1, 1e-4, 0.01);
const traced = () => machine.run(step, { ...batch, ...size });
const handWritten = await openPrototype(readConfig().prototypeFolder, batch, options);

const compiled = await timed(traced);
await handWritten?.();
const [ours, theirs]: [number[], number[]] = [[], []];
for (let round = 0; round < ROUNDS; round++) {
  ours.push(await timed(traced));
  if (handWritten) theirs.push(await timed(handWritten));
}
console.log(`compiled in ${(compiled / 1000).toFixed(1)} s`);
if (handWritten) {
  const ratio = median(ours) / median(theirs);
  report({
    bench: 't5: training step with AdamW, 4+4 layers x 256, B 16, S 64, T 32',
    figure: `${median(ours).toFixed(0)} ms, ${ratio.toFixed(2)}x the hand-written gradients' ${median(theirs).toFixed(0)} ms`,
    bar: '<= 1.4x',
    met: ratio <= 1.4,
  });
} else console.log(`traced ${median(ours).toFixed(0)} ms; no prototype to compare with`);
await machine.close();
