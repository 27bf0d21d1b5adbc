import { type ClauseExplanation, explainNode } from './memory/explain.ts';
import type { CustomerHistory } from './memory/history.ts';
import { nextTransition } from './memory/next-transition.ts';
import { nodeHolds, prepare } from './memory/prepare.ts';
import { type View, viewOf } from './memory/view.ts';
import type { Rule } from './rule/types.ts';

/** Whether a customer with this history is in, as of `at`. The meaning of rules: docs/segments.md. */
export function evaluate(rule: Rule, history: CustomerHistory, at: Date): boolean {
  return nodeHolds(prepare(rule, viewOf(history)), at.getTime());
}

/** The same with the next transition, for many rules over one view of the history. */
export function evaluateWithNext(
  rule: Rule,
  view: View,
  at: Date,
): { readonly holds: boolean; readonly nextTransitionAt: Date | undefined } {
  const node = prepare(rule, view);
  const next = nextTransition(node, at.getTime());
  return {
    holds: nodeHolds(node, at.getTime()),
    nextTransitionAt: next === undefined ? undefined : new Date(next),
  };
}

/** The same with the reasons, clause by clause. */
export function explain(rule: Rule, history: CustomerHistory, at: Date): ClauseExplanation {
  return explainNode(prepare(rule, viewOf(history)), at.getTime());
}
