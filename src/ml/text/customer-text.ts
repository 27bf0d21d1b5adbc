import type { CustomerFacts } from './customer/facts.ts';
import { type Part, partsOf, type Section } from './customer/parts.ts';
import { WORDS } from './customer/words.ts';

/** Raised with every change of the words or their order: texts of two versions are not comparable. */
export const CUSTOMER_TEXT_VERSION = 1;

/** What the models of this project read at most. */
export const CUSTOMER_TEXT_TOKENS = 256;

export interface CustomerTextOptions {
  /** How many tokens a text is for the model that will read it. */
  readonly countTokens: (text: string) => number;
  readonly budget?: number;
}

const ORDER: readonly Section[] = ['head', 'profile', 'wrote', 'features', 'did'];

/**
 * A customer in words: traits, what they wrote, features, what they did (docs/customer-text.md). Of
 * what does not fit the budget the least important goes first, as whole phrases; the same facts give
 * the same text. Personal data is masked.
 */
export function customerText(facts: CustomerFacts, options: CustomerTextOptions): string {
  const { countTokens, budget = CUSTOMER_TEXT_TOKENS } = options;
  const parts = partsOf(facts);
  const fits = (count: number) => countTokens(render(facts, parts.slice(0, count))) <= budget;
  let count = fits(parts.length) ? parts.length : mostThatFit(parts.length, fits);
  while (count > 1 && !fits(count)) count -= 1;
  const text = render(facts, parts.slice(0, count));
  return count <= 1 ? shorten(text, countTokens, budget) : text;
}

/** Halves the range: more parts are more tokens. */
function mostThatFit(all: number, fits: (count: number) => boolean): number {
  let low = 0;
  let high = all;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return Math.max(low, 1);
}

function render({ locale }: CustomerFacts, parts: readonly Part[]): string {
  const words = WORDS[locale];
  const sections = ORDER.flatMap((section) => {
    const texts = parts.filter((part) => part.section === section).map(({ text }) => text);
    if (texts.length === 0) return [];
    const title = section === 'head' ? '' : `${words[section]}${words.colon}`;
    return [title + texts.join(words.comma) + words.stop];
  });
  return sections.join('').trimEnd();
}

/** For budgets that do not hold even the first phrase. */
function shorten(text: string, countTokens: (text: string) => number, budget: number): string {
  let short = text;
  while (short !== '' && countTokens(short) > budget) short = short.slice(0, short.length >> 1);
  return short;
}
