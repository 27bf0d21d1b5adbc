import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluate, evaluateWithNext } from '../../../../src/features/segments/evaluate.ts';
import { viewOf } from '../../../../src/features/segments/memory/view.ts';
import { durationMs } from '../../../../src/features/segments/rule/duration.ts';
import { AT, type RawHistory, rawHistory } from '../support/arbitrary-history.ts';
import { DURATIONS, plainRule } from '../support/arbitrary-rule.ts';
import { inMemory } from '../support/memory-history.ts';

/** Every instant after AT at which the end of any window or period could pass an event or a trait. */
function momentsOf(raw: RawHistory): number[] {
  const times = [...raw.events.map((event) => event.occurredAt), ...raw.traits.map((t) => t.at)];
  const lengths = DURATIONS.flatMap((text) =>
    [0, 1, 2, 3, 4, 5].map((n) => n * (durationMs(text) ?? 0)),
  );
  const moments = times.flatMap((time) =>
    lengths.flatMap((length) => [time + length, time + length + 1]),
  );
  return [...new Set(moments)].filter((moment) => moment > AT).sort((a, b) => a - b);
}

describe('the next transition', () => {
  it('is the first instant after which the answer is another, found by trying them all', () => {
    let flips = 0;
    fc.assert(
      fc.property(plainRule, rawHistory, (rule, raw) => {
        const history = inMemory(raw, AT);
        const { holds, nextTransitionAt } = evaluateWithNext(rule, viewOf(history), new Date(AT));
        const flip = momentsOf(raw).find(
          (moment) => evaluate(rule, history, new Date(moment)) !== holds,
        );
        if (flip !== undefined) flips++;
        expect(nextTransitionAt?.getTime()).toBe(flip);
      }),
      { numRuns: 400 },
    );
    expect(flips).toBeGreaterThan(20);
  });
});
