import type { Leaf, Rule } from './types.ts';

/** What a rule looks at beside events, each name once. */
export interface References {
  readonly traits: ReadonlySet<string>;
  readonly features: ReadonlySet<string>;
  readonly predictions: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
}

/** The leaves of a rule, from left to right. */
export function leavesOf(rule: Rule): readonly Leaf[] {
  if ('and' in rule) return rule.and.flatMap(leavesOf);
  if ('or' in rule) return rule.or.flatMap(leavesOf);
  if ('not' in rule) return leavesOf(rule.not);
  return [rule];
}

/** What any of the rules refers to. */
export function referencesOf(rules: readonly Rule[]): References {
  const leaves = rules.flatMap(leavesOf);
  const names = (pick: (leaf: Leaf) => readonly string[]) => new Set(leaves.flatMap(pick));
  return {
    traits: names((leaf) => ('trait' in leaf ? [leaf.trait.name] : [])),
    features: names((leaf) => ('feature' in leaf ? [leaf.feature.name] : [])),
    predictions: names((leaf) => ('prediction' in leaf ? [leaf.prediction.task] : [])),
    segments: names((leaf) => ('segment' in leaf ? [leaf.segment] : [])),
  };
}
