import type { HostTensor, HostTensors } from '../../onnx/session.ts';
import { floats, scalar } from '../../onnx/tensors.ts';
import type { tf } from '../../tf.ts';
import type { Update } from '../../train/step.ts';
import { sizeOf, type Weights } from '../../weights/weights.ts';
import {
  type AdafactorOptions,
  adafactorSchedule,
  adafactorSlots,
  adafactorStep,
  usualAdafactor,
} from './adafactor.ts';

/** What Adafactor keeps of the parameters that learn, at the start of a run. */
export function adafactorState(
  weights: Weights,
  trainable: readonly string[],
): Map<string, HostTensor> {
  const state = new Map<string, HostTensor>();
  for (const name of trainable) {
    const slots = adafactorSlots(weights.get(name)?.shape ?? []);
    for (const [slot, shape] of Object.entries(slots))
      state.set(slotName(slot, name), floats(shape, new Float32Array(sizeOf(shape))));
  }
  return state;
}

/** Adafactor in the place of a training step's AdamW. */
export function adafactorUpdate(
  trainable: readonly string[],
  options: AdafactorOptions = usualAdafactor,
): Update {
  return (p, batch, gradients) => {
    const schedule = { rate: batch(RATE), decay: batch(DECAY) };
    const state: Record<string, tf.Tensor> = {};
    for (const [index, name] of trainable.entries()) {
      const parameter = p(name);
      const names = Object.keys(adafactorSlots(parameter.shape));
      const slots = Object.fromEntries(names.map((slot) => [slot, p(slotName(slot, name))]));
      const gradient = gradients[index] as tf.Tensor;
      const next = adafactorStep(parameter, gradient, slots, schedule, options);
      state[name] = next.parameter;
      for (const [slot, value] of Object.entries(next.slots)) state[slotName(slot, name)] = value;
    }
    return state;
  };
}

/**
 * A step's inputs for Adafactor, beside its batch.
 * @param rate limits the paper's own rate; fine-tuning takes less than the start of a training
 */
export function adafactorInputs(step: number, rate = 1e-2): HostTensors {
  const schedule = adafactorSchedule(step);
  return { [RATE]: scalar(Math.min(rate, schedule.rate)), [DECAY]: scalar(schedule.decay) };
}

const RATE = 'adafactorRate';
const DECAY = 'adafactorDecay';

function slotName(slot: string, parameter: string): string {
  return `adafactor.${slot}:${parameter}`;
}
