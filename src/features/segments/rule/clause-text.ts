import type {
  CountCondition,
  EventCondition,
  EventStep,
  PropertyCondition,
  Rule,
  ValueTest,
} from './types.ts';

const WORDS: Readonly<Record<ValueTest['op'], string>> = {
  EQ: 'is',
  NE: 'is not',
  LT: 'is less than',
  LTE: 'is at most',
  GT: 'is more than',
  GTE: 'is at least',
  IN: 'is one of',
  NOT_IN: 'is none of',
  CONTAINS: 'contains',
  STARTS_WITH: 'starts with',
  ENDS_WITH: 'ends with',
  MATCHES: 'matches',
  EXISTS: 'is there',
  NOT_EXISTS: 'is missing',
};
const COUNTS = {
  eq: 'exactly',
  ne: 'any number but',
  lt: 'fewer than',
  lte: 'at most',
  gt: 'more than',
  gte: 'at least',
} as const;

/** A clause as a sentence for people: 'at least 2 "order" where amount is more than 10, within 30d'. */
export function clauseText(rule: Rule): string {
  if ('and' in rule) return 'all of';
  if ('or' in rule) return 'any of';
  if ('not' in rule) return 'not';
  if ('event' in rule) return eventText(rule.event);
  if ('sequence' in rule) {
    const { steps, within, during, endsWithout } = rule.sequence;
    const parts = [
      steps.map(stepText).join(', then '),
      within && `each within ${within} of the one before`,
      during && `all in the last ${during}`,
      endsWithout && `with no ${stepText(endsWithout)} after it`,
    ];
    return parts.filter(Boolean).join(', ');
  }
  if ('last' in rule) return `the newest ${stepText(rule.last)} has ${whereText(rule.last.has)}`;
  if ('trait' in rule) {
    const { name, heldFor } = rule.trait;
    return `the trait ${name} ${testText(rule.trait)}${heldFor ? ` and has been for ${heldFor}` : ''}`;
  }
  if ('feature' in rule) return `the feature ${rule.feature.name} ${testText(rule.feature)}`;
  if ('prediction' in rule)
    return `the prediction for ${rule.prediction.task} ${testText(rule.prediction)}`;
  return `a member of the segment "${rule.segment}"`;
}

function eventText(condition: EventCondition): string {
  const { within, from, to, first, regularity: regular } = condition;
  const window = within ? `within ${within}` : from && to ? `${from} to ${to} ago` : 'at any time';
  const what = `${countText(condition.count)} ${stepText(condition)}`;
  if (regular)
    return `${what} in at least ${regular.atLeast} of the last ${regular.periods} periods of ${regular.period}`;
  return `${what}, ${window}${first ? ', the first ever among them' : ''}`;
}

function countText(count: CountCondition | undefined): string {
  for (const [op, words] of Object.entries(COUNTS)) {
    const n = count?.[op as keyof typeof COUNTS];
    if (n !== undefined) return `${words} ${n}`;
  }
  return 'at least 1';
}

function stepText({ type, where }: EventStep): string {
  return where?.length ? `"${type}" where ${whereText(where)}` : `"${type}"`;
}

const whereText = (where: readonly PropertyCondition[]): string =>
  where.map((condition) => `${condition.name} ${testText(condition)}`).join(' and ');

function testText({ op, value }: ValueTest): string {
  return value === undefined ? WORDS[op] : `${WORDS[op]} ${JSON.stringify(value)}`;
}
