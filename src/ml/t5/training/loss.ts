import type { Dense } from '../../bert/encoder.ts';
import { pool } from '../../bert/pooling.ts';
import type { tf } from '../../tf.ts';
import type { Loss } from '../../train/step.ts';
import type { T5Config } from '../config.ts';
import { encode } from '../model/encoder.ts';
import { tokenLoss } from '../model/loss.ts';
import { plainNet } from '../model/net.ts';
import { logitsFrom } from '../model/seq2seq.ts';
import { withAdapters } from './adapters.ts';
import { domainLoss } from './adversarial.ts';

export interface T5LossOptions {
  /** Share of the target spread over the vocabulary. */
  readonly smoothing: number;
  readonly adapters?: boolean;
  /** Weight of the domain-adversarial loss; 0 or absent leaves it out. */
  readonly adversarial?: number;
  /** Takes the place of linear layers: those with low-rank updates. */
  readonly dense?: Dense | undefined;
}

/**
 * The loss of a training step over a `seq2seqBatch`, and over `domain`, `domainWeights` and
 * `strength` too where it is adversarial.
 */
export function t5Loss(config: T5Config, options: T5LossOptions): Loss {
  return (p, batch, { dropout }) => {
    const plain = plainNet(config, p, dropout, options.dense);
    const net = options.adapters ? withAdapters(plain) : plain;
    const input = {
      source: batch('source'),
      sourceMask: batch('sourceMask'),
      decoderInput: batch('decoderInput'),
    };
    const target = { labels: batch('labels'), labelWeights: batch('labelWeights') };
    const states = encode(net, input.source, input.sourceMask);
    const loss = tokenLoss(logitsFrom(net, states, input), target, options.smoothing);
    if (!options.adversarial) return loss;
    const hiding = domainLoss(p, pool(states, input.sourceMask, 'mean'), {
      domain: batch('domain'),
      domainWeights: batch('domainWeights'),
      strength: batch('strength'),
    });
    return loss.add(hiding.mul(options.adversarial)) as tf.Scalar;
  };
}
