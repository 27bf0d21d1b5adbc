import type { Leaf, Rule } from '../rule/types.ts';
import { eventLeaf } from './event-leaf.ts';
import type { LeafState } from './leaf.ts';
import { sequenceLeaf } from './sequence-leaf.ts';
import { lastLeaf, readingLeaf, segmentLeaf, traitLeaf } from './value-leaves.ts';
import type { View } from './view.ts';

/** A rule made ready for one customer, to be asked about any instant. */
export type Node =
  | { readonly kind: 'and' | 'or'; readonly rule: Rule; readonly children: readonly Node[] }
  | { readonly kind: 'not'; readonly rule: Rule; readonly children: readonly [Node] }
  | {
      readonly kind: 'leaf';
      readonly rule: Leaf;
      readonly state: LeafState;
      /** What happens after its next transition cannot be told from the history at hand. */
      readonly opaque: boolean;
    };

export function prepare(rule: Rule, view: View): Node {
  if ('and' in rule)
    return { kind: 'and', rule, children: rule.and.map((part) => prepare(part, view)) };
  if ('or' in rule)
    return { kind: 'or', rule, children: rule.or.map((part) => prepare(part, view)) };
  if ('not' in rule) return { kind: 'not', rule, children: [prepare(rule.not, view)] };
  const opaque = 'feature' in rule || 'prediction' in rule || 'segment' in rule;
  return { kind: 'leaf', rule, state: leafState(rule, view), opaque };
}

function leafState(leaf: Leaf, view: View): LeafState {
  const { history } = view;
  if ('event' in leaf) return eventLeaf(leaf.event, view);
  if ('sequence' in leaf) return sequenceLeaf(leaf.sequence, view);
  if ('last' in leaf) return lastLeaf(leaf.last, view);
  if ('trait' in leaf) return traitLeaf(leaf.trait, view);
  if ('feature' in leaf) return readingLeaf(leaf.feature, history.features.get(leaf.feature.name));
  if ('prediction' in leaf)
    return readingLeaf(leaf.prediction, history.predictions.get(leaf.prediction.task));
  return segmentLeaf(history.segments.get(leaf.segment));
}

/** Whether the customer is in, at an instant in milliseconds. */
export function nodeHolds(node: Node, at: number): boolean {
  if (node.kind === 'leaf') return node.state.holds(at);
  if (node.kind === 'and') return node.children.every((child) => nodeHolds(child, at));
  if (node.kind === 'or') return node.children.some((child) => nodeHolds(child, at));
  return !nodeHolds(node.children[0], at);
}
