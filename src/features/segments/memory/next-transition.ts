import { type Node, nodeHolds } from './prepare.ts';

const NEVER = Number.POSITIVE_INFINITY;
const MOST_STEPS = 200;

/**
 * The first instant after `at` (milliseconds) at which time alone changes the answer; undefined when
 * it never does. It is earlier than that, never later, in two cases: where the answer then hangs on
 * something outside the history (another segment, a feature), and after 200 changes of clauses that
 * did not change the whole.
 */
export function nextTransition(node: Node, at: number): number | undefined {
  const now = nodeHolds(node, at);
  const horizon = opaqueUntil(node, at);
  let instant = at;
  for (let step = 0; step < MOST_STEPS; step++) {
    const bound = unchangedUntil(node, instant);
    if (bound === NEVER) return undefined;
    if (bound >= horizon || nodeHolds(node, bound) !== now) return bound;
    instant = bound;
  }
  return instant;
}

/** An instant before which the answer stays what it is: a clause that cannot decide does not count. */
function unchangedUntil(node: Node, at: number): number {
  if (node.kind === 'leaf') return node.state.next(at) ?? NEVER;
  if (node.kind === 'not') return unchangedUntil(node.children[0], at);
  // An "and" that is false waits for every false part, an "or" that is true for every true one.
  const keeps = node.kind === 'or';
  const keeping = node.children.filter((child) => nodeHolds(child, at) === keeps);
  return keeping.length > 0
    ? Math.max(...keeping.map((child) => unchangedUntil(child, at)))
    : Math.min(...node.children.map((child) => unchangedUntil(child, at)));
}

function opaqueUntil(node: Node, at: number): number {
  if (node.kind === 'leaf') return node.opaque ? (node.state.next(at) ?? NEVER) : NEVER;
  return Math.min(...node.children.map((child) => opaqueUntil(child, at)));
}
