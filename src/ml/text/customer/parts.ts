import { mask } from '../mask.ts';
import type { CustomerFacts } from './facts.ts';
import { eventPhrase, pairOf, roughly, writingPhrase } from './phrases.ts';
import { WORDS } from './words.ts';

export type Section = 'head' | 'profile' | 'wrote' | 'features' | 'did';

/** A phrase that is in the text or not, as a whole. */
export interface Part {
  readonly section: Section;
  /** Lower goes in first; parts of one tier in their order. */
  readonly tier: number;
  readonly text: string;
}

/** By place in its section: what a customer wrote or did last tells the most, the rest less and less. */
const TEXT_TIERS = [1, 4, 5];
const EVENT_TIERS = [4, 4, 4, 4, 4];
const FEATURE_TIERS = [3, 3, 3, 3, 3, 3, 3, 3];
const TRAIT_TIER = 2;
const REST = 6;
/** Nothing personal goes across it, and no phrase has a line's end in it. */
const BORDER = '\n\u0000\n';

/** All that can be said of the customer, masked, the most important first. */
export function partsOf(facts: CustomerFacts): Part[] {
  const words = WORDS[facts.locale];
  const parts: Part[] = [
    { section: 'head', tier: 0, text: headOf(facts) },
    ...listOf('wrote', TEXT_TIERS, facts.texts, (writing) =>
      // Masked before it is cut, so that nothing personal is cut in two.
      writingPhrase(words, { ...writing, text: mask(writing.text, facts.known) }, facts.locale),
    ),
    ...listOf(
      'profile',
      [],
      facts.traits,
      ([name, value]) => pairOf(words, name, value),
      TRAIT_TIER,
    ),
    ...listOf('features', FEATURE_TIERS, facts.features, ([name, value]) =>
      pairOf(words, name, typeof value === 'number' ? roughly(value) : value),
    ),
    ...listOf('did', EVENT_TIERS, facts.events, (event) => eventPhrase(words, event)),
  ];
  return maskAll(parts, facts).sort((a, b) => a.tier - b.tier);
}

/** All phrases in one go, which takes a tenth of the time. No placeholder stands for a border. */
function maskAll(parts: readonly Part[], { known }: CustomerFacts): Part[] {
  const lines = parts.map(({ text }) => text.replaceAll(/\s+/g, ' '));
  const texts = mask(lines.join(BORDER), known).split(BORDER);
  return parts.map((part, index) => ({ ...part, text: texts[index] ?? '' }));
}

function listOf<Fact>(
  section: Section,
  tiers: readonly number[],
  facts: readonly Fact[],
  phrase: (fact: Fact) => string | undefined,
  rest = REST,
): Part[] {
  const phrases = facts.flatMap((fact) => phrase(fact) ?? []);
  return phrases.map((text, index) => ({ section, tier: tiers[index] ?? rest, text }));
}

function headOf({ domain, locale, seenDays }: CustomerFacts): string {
  const words = WORDS[locale];
  const head = words.customer(domain);
  if (seenDays === null) return head;
  const [, lately] = words.lately.find(([most]) => seenDays <= most) ?? [];
  return `${head}${words.comma}${words.seen}${words.colon}${lately}`;
}
