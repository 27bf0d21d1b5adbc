import { beforeAll, describe, expect, it } from '@jest/globals';
import { openEagerMachine } from '../../../../src/ml/engine/eager.ts';
import type { Computation } from '../../../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../../../src/ml/engine/traced.ts';
import type { HostTensor } from '../../../../src/ml/onnx/session.ts';
import {
  adversarialStrength,
  domainLoss,
  initialDomainHead,
} from '../../../../src/ml/t5/training/adversarial.ts';
import { selectEagerBackend, tf } from '../../../../src/ml/tf.ts';

const float = (shape: number[], data: number[]): HostTensor => ({
  type: 'float32',
  shape,
  data: Float32Array.from(data),
});
const head = initialDomainHead(3, 4, 2);
const state = new Map([
  ...[...head].map(([name, weight]) => [name, { type: 'float32', ...weight }] as const),
  ['pooled', float([2, 3], [0.5, -1, 2, 1, 0.3, -0.2])] as const,
]);

/** Loss and gradients for the encoder's vectors and one matrix of the classifier. */
const computation: Computation = (p, batch) => {
  const variables = [p('pooled'), p('domain_head.hidden.weight')] as tf.Variable[];
  const { value, grads } = tf.variableGrads(
    () =>
      domainLoss(p, p('pooled'), {
        domain: batch('domain'),
        domainWeights: batch('domainWeights'),
        strength: batch('strength'),
      }),
    variables,
  );
  const of = (index: number) => grads[(variables[index] as tf.Variable).name] as tf.Tensor;
  return { outputs: { loss: value, pooled: of(0), head: of(1) } };
};

function inputs(strength: number) {
  return {
    domain: { type: 'int32' as const, shape: [2], data: Int32Array.of(0, 1) },
    domainWeights: float([2], [1, 1]),
    strength: float([], [strength]),
  };
}

beforeAll(() => selectEagerBackend('cpu'));

describe.each(['eager', 'traced'] as const)('the domain-adversarial head, %s', (engine) => {
  async function run(strength: number) {
    const machine =
      engine === 'eager' ? openEagerMachine(state) : openTracedMachine(state, { threads: 1 });
    const result = await machine.run(computation, inputs(strength));
    await machine.close();
    return result as Record<'loss' | 'pooled' | 'head', HostTensor>;
  }
  const numbers = ({ data }: HostTensor) => Array.from(data, Number);

  it('turns the gradient around for the encoder, not for the classifier', async () => {
    const [straight, reversed] = [await run(-1), await run(0.5)];
    expect(numbers(reversed.loss)).toEqual(numbers(straight.loss));
    expect(numbers(reversed.head)).toEqual(numbers(straight.head));
    expect(numbers(straight.pooled).some((g) => Math.abs(g) > 0.01)).toBe(true);
    for (const [i, g] of numbers(straight.pooled).entries())
      expect(numbers(reversed.pooled)[i]).toBeCloseTo(-0.5 * g, 6);
  });

  it('leaves the encoder alone at strength 0', async () => {
    const { pooled } = await run(0);
    for (const g of numbers(pooled)) expect(Math.abs(g)).toBe(0);
  });
});

describe('adversarial strength', () => {
  it('grows from 0 to 1, half-way there after a ninth of the steps', () => {
    expect(adversarialStrength(0)).toBe(0);
    expect(adversarialStrength(0.10986)).toBeCloseTo(0.5, 4);
    expect(adversarialStrength(1)).toBeCloseTo(1, 3);
  });
});
