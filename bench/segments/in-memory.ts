import { evaluateWithNext } from '../../src/features/segments/evaluate.ts';
import type { HistoryEvent } from '../../src/features/segments/memory/history.ts';
import { viewOf } from '../../src/features/segments/memory/view.ts';
import { median, report } from '../helpers/figures.ts';
import { PAIRS } from './rules.ts';
import { AT } from './world.ts';

const TYPES = ['view', 'view', 'view', 'cart', 'order', 'view', 'refund'] as const;

/** 1,000 events over two years. */
function history() {
  const events: HistoryEvent[] = Array.from({ length: 1_000 }, (_, i) => ({
    id: i,
    occurredAt: AT.getTime() - (1_000 - i) * 63_000_000,
    type: TYPES[(i * 31) % TYPES.length] ?? 'view',
    amount: i % 100,
    properties: { channel: 'web' },
  }));
  const traits = [{ id: 1, name: 'plan', at: AT.getTime() - 1_000_000_000, value: 'pro' }];
  return { events, traits, features: new Map(), predictions: new Map(), segments: new Map() };
}

/** 50 rules with their next transitions, from a history as it is loaded. */
export function oneCustomerInMemory(): void {
  const times: number[] = [];
  for (let i = 0; i < 300; i++) {
    const fresh = history();
    const start = performance.now();
    const view = viewOf(fresh);
    for (const { rule } of PAIRS) evaluateWithNext(rule, view, AT);
    times.push(performance.now() - start);
  }
  const p50 = median(times);
  report({
    bench: 'segments: one customer, 50 segments, 1,000 events, in memory',
    figure: `p50 ${p50.toFixed(2)} ms`,
    bar: '< 5 ms',
    met: p50 < 5,
  });
}
