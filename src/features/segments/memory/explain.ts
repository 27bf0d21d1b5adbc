import type { Rule } from '../rule/types.ts';
import type { Evidence } from './leaf.ts';
import { nextTransition } from './next-transition.ts';
import { type Node, nodeHolds } from './prepare.ts';

/** One clause of a rule with its answer and what decided it. */
export interface ClauseExplanation {
  readonly kind: string;
  /** Where it stands in the rule: `and.0.event`. */
  readonly path: string;
  /** The clause as it was written. */
  readonly rule: Rule;
  readonly holds: boolean;
  /** When time alone will change this answer, to the millisecond or earlier; see nextTransition. */
  readonly flipsAt: Date | undefined;
  /** Up to five deciding events, newest first; for a sequence, its chain in order. */
  readonly events: readonly EvidenceEvent[];
  readonly count: number | undefined;
  readonly value: unknown;
  readonly since: Date | undefined;
  readonly clauses: readonly ClauseExplanation[];
}

export interface EvidenceEvent {
  readonly id: number;
  readonly type: string;
  readonly occurredAt: Date;
}

/** The answer of every clause as of an instant in milliseconds. */
export function explainNode(node: Node, at: number, path = ''): ClauseExplanation {
  const kind = Object.keys(node.rule)[0] ?? node.kind;
  const here = path ? `${path}.${kind}` : kind;
  const flips = nextTransition(node, at);
  const children = node.kind === 'leaf' ? [] : node.children;
  const evidence: Evidence = node.kind === 'leaf' ? node.state.evidence(at) : {};
  return {
    kind,
    path: here,
    rule: node.rule,
    holds: nodeHolds(node, at),
    flipsAt: flips === undefined ? undefined : new Date(flips),
    events: (evidence.events ?? []).map(({ id, type, occurredAt }) => ({
      id,
      type,
      occurredAt: new Date(occurredAt),
    })),
    count: evidence.count,
    value: evidence.value,
    since: evidence.since === undefined ? undefined : new Date(evidence.since),
    clauses: children.map((child, index) =>
      explainNode(child, at, node.kind === 'not' ? here : `${here}.${index}`),
    ),
  };
}
