import { clauseText } from '../rule/clause-text.ts';
import type { Rule } from '../rule/types.ts';
import type { Evidence } from './leaf.ts';
import { nextTransition } from './next-transition.ts';
import { type Node, nodeHolds } from './prepare.ts';

/** One clause of a rule with its answer and what decided it. */
export interface ClauseExplanation<Event = EvidenceEvent> {
  /** The clause as a sentence. */
  readonly text: string;
  readonly rule: Rule;
  readonly holds: boolean;
  /** When time alone will change this answer, to the millisecond or earlier; see nextTransition. */
  readonly nextTransitionAt: Date | undefined;
  /** Up to ten deciding events, newest first. */
  readonly events: readonly Event[];
  /** The count, the trait's or feature's value; since when a value or a stay has lasted. */
  readonly value: unknown;
  readonly since: Date | undefined;
  readonly clauses: readonly ClauseExplanation<Event>[];
}

export interface EvidenceEvent {
  readonly id: number;
  readonly type: string;
  readonly occurredAt: Date;
}

/** The answer of every clause as of an instant in milliseconds. */
export function explainNode(node: Node, at: number): ClauseExplanation {
  const next = nextTransition(node, at);
  const evidence: Evidence = node.kind === 'leaf' ? node.state.evidence(at) : {};
  const children = node.kind === 'leaf' ? [] : node.children;
  return {
    text: clauseText(node.rule),
    rule: node.rule,
    holds: nodeHolds(node, at),
    nextTransitionAt: next === undefined ? undefined : new Date(next),
    events: (evidence.events ?? []).map(({ id, type, occurredAt }) => ({
      id,
      type,
      occurredAt: new Date(occurredAt),
    })),
    value: evidence.count ?? evidence.value,
    since: evidence.since === undefined ? undefined : new Date(evidence.since),
    clauses: children.map((child) => explainNode(child, at)),
  };
}
