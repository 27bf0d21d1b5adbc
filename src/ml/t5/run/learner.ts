import type { HostTensor } from '../../onnx/session.ts';
import { mergeLora } from '../../train/lora.ts';
import { initialState, type Loss, type StepOptions, weightsIn } from '../../train/step.ts';
import type { Weights } from '../../weights/weights.ts';
import { adafactorState, adafactorUpdate } from '../training/adafactor-update.ts';
import { adapterWeights, hasAdapters, initialAdapters } from '../training/adapters.ts';
import { initialDomainHead } from '../training/adversarial.ts';
import { t5Loss } from '../training/loss.ts';
import { lowRankT5 } from '../training/low-rank.ts';
import { trainableNames } from '../training/trainable.ts';
import type { T5Base } from './base.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';

/** A model about to learn. */
export interface T5Learner {
  /** Weights and the optimiser's state. */
  readonly state: ReadonlyMap<string, HostTensor>;
  /** The loss on validation rows: without smoothing, and of the answers alone. */
  readonly measured: Loss;
  readonly step: StepOptions;
  /** The version's weights, out of the state after the last step. */
  readonly result: (state: ReadonlyMap<string, HostTensor>) => Weights;
}

/** Width of the hidden layer that tells domains apart. */
const DOMAIN_HIDDEN = 64;

/** Chooses what learns, and how, by the hyper-parameters. */
export function t5Learner(base: T5Base, own: T5Hyperparameters, seed: number): T5Learner {
  const { config } = base;
  const parts = partsOf(base, own, seed);
  const head =
    own.adversarial > 0 ? initialDomainHead(config.width, DOMAIN_HIDDEN, seed + 2) : new Map();
  const weights: Weights = new Map([...parts.weights, ...head]);
  const trainable = [...parts.trainable, ...head.keys()];
  const net = { adapters: hasAdapters(weights), dense: parts.dense };
  const { labelSmoothing: smoothing, adversarial } = own;
  const loss = t5Loss(config, { ...net, smoothing, adversarial });
  const adafactor = own.optimizer === 'adafactor';
  return {
    measured: t5Loss(config, { ...net, smoothing: 0 }),
    state: adafactor
      ? new Map([...initialState(weights, []), ...adafactorState(weights, trainable)])
      : initialState(weights, trainable),
    step: {
      ...{ trainable, loss, dropout: own.dropout, clip: own.clip },
      ...(adafactor && { update: adafactorUpdate(trainable) }),
    },
    result: (state) => {
      const learnt = weightsIn(state, [...parts.weights.keys()]);
      return own.variant === 'lora' ? mergeLora(learnt, own.lora) : learnt;
    },
  };
}

/** The weights with what the variant adds, and the names of those that learn. */
function partsOf({ config, weights }: T5Base, own: T5Hyperparameters, seed: number) {
  if (own.variant === 'lora') {
    const { updates, dense } = lowRankT5(weights, own.lora, seed);
    return {
      weights: new Map([...weights, ...updates]),
      trainable: [...updates.keys()],
      dense,
    };
  }
  const known = adapterWeights(weights);
  if (own.variant === 'adapters') {
    const adapters = known.size > 0 ? known : initialAdapters(config, own.adapterWidth, seed);
    return { weights: new Map([...weights, ...adapters]), trainable: [...adapters.keys()] };
  }
  return { weights, trainable: [...trainableNames(config, own.freeze), ...known.keys()] };
}
