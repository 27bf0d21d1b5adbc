import { permutation, type Random, seededRandom } from '../../src/ml/random.ts';
import type { CustomerFacts } from '../../src/ml/text/customer/facts.ts';
import { customerText } from '../../src/ml/text/customer-text.ts';
import { estimateTokens } from '../../src/ml/text/estimate-tokens.ts';
import { attributes, type CueEvent, type Cues, type Domain, neutral } from './two-domains/cues.ts';

/** A customer whose attributes are known, as models see them. */
export interface SeededCustomer {
  readonly id: string;
  readonly text: string;
  /** By attribute, one of its values. */
  readonly truth: Readonly<Record<string, string>>;
}

/** How often an attribute shows in an event and in a text, and how often it is another value's. */
const SHOWN = { events: 0.75, texts: 0.55 };
const FALSE = 0.12;
/** Events and texts that everybody has. */
const NEUTRAL = { events: 2, texts: 1 };
/** Tokens by estimate; those of a model's vocabulary are fewer. */
const BUDGET = 150;

/**
 * Customers of one domain, the same for the same seed. Attributes are drawn independently but for
 * life stage, which goes with age; what shows of them is noisy, and drowned in what everybody does.
 */
export function seededCustomers(domain: Domain, count: number, seed: number): SeededCustomer[] {
  const random = seededRandom(seed).next;
  return Array.from({ length: count }, (_, number) => {
    const truth = drawTruth(random);
    const facts = factsOf(domain, truth, random);
    const text = customerText(facts, { countTokens: estimateTokens, budget: BUDGET });
    return { id: `${domain}-${number}`, truth, text };
  });
}

function drawTruth(random: Random): Record<string, string> {
  const truth: Record<string, string> = {};
  for (const { name, values } of attributes) truth[name] = pick(Object.keys(values), random);
  // Nobody under 26 is retired, and few between are.
  const retired = truth.life_stage === 'retired';
  const [young, between] = [truth.age_band === 'under 26', truth.age_band === '26 to 45'];
  if (retired && (young || (between && random() < 0.8)))
    truth.life_stage = pick(['single', 'family'], random);
  return truth;
}

function factsOf(
  domain: Domain,
  truth: Readonly<Record<string, string>>,
  random: Random,
): CustomerFacts {
  const seen = attributes.map(({ name, values }): Cues => {
    const value = random() < FALSE ? pick(Object.keys(values), random) : (truth[name] as string);
    return (values[value] as (typeof values)[string])[domain];
  });
  const events = drawn(
    seen.map((cues) => cues.events),
    neutral[domain].events,
    { share: SHOWN.events, further: NEUTRAL.events },
    random,
  );
  const texts = drawn(
    seen.map((cues) => cues.texts),
    neutral[domain].texts,
    { share: SHOWN.texts, further: NEUTRAL.texts },
    random,
  );
  return {
    ...{ domain, locale: 'en', seenDays: Math.floor(random() * 60) },
    ...{ traits: [], features: [], known: {} },
    events: events.map((event, place) => ({
      ...event,
      ...amountOf(event, random),
      daysEarlier: place,
    })),
    texts: texts.map((text, place) => ({ type: 'support_chat', daysEarlier: 2 * place, text })),
  };
}

/** One of each list with the chance `share`, and `further` ones of `common`, in any order. */
function drawn<T>(
  lists: readonly (readonly T[])[],
  common: readonly T[],
  { share, further }: { readonly share: number; readonly further: number },
  random: Random,
): T[] {
  const telling = lists.flatMap((list) => (random() < share ? [pick(list, random)] : []));
  const usual = Array.from({ length: further }, () => pick(common, random));
  const all = [...telling, ...usual];
  return permutation(all.length, random).map((place) => all[place] as T);
}

/** What is paid tells nothing. */
function amountOf({ type }: CueEvent, random: Random) {
  const paid = type === 'order' || type === 'card_payment';
  return paid
    ? { amount: Math.round(10 + 200 * random()), currency: 'USD' }
    : { amount: null, currency: null };
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T;
}
