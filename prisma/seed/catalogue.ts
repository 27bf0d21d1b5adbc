import { phrases, readLexicon } from './lexicon.ts';
import { INTERESTS, type Interest, type Level } from './person.ts';
import { createRandom, logNormal, normal } from './random.ts';

export interface Item {
  id: string;
  category: Interest;
  name: { en: string; zh: string };
  /** USD. */
  price: number;
  tier: 'budget' | 'standard' | 'premium';
  /** Standard score: what reviews of it come from. */
  quality: number;
  /** Relative sales within its category; long-tailed. */
  popularity: number;
}

/** Every noun of lexicon/catalogue.txt in every variant. */
export function createCatalogue(seed: number): Item[] {
  const lexicon = readLexicon('catalogue');
  const variants = phrases(lexicon, 'variant').map((line) => line.split('|'));
  return INTERESTS.flatMap((category) =>
    phrases(lexicon, category).flatMap((line, noun) =>
      variants.map((variant, index) => {
        const id = `${category.slice(0, 4).toUpperCase()}-${noun + 1}${'ABCDEF'[index]}`;
        return createItem(seed, id, category, line.split('|'), variant);
      }),
    ),
  );
}

function createItem(
  seed: number,
  id: string,
  category: Interest,
  [en = '', zh = '', usual = '']: readonly string[],
  [adjective = '', zhAdjective = '', factor = '', tier = '']: readonly string[],
): Item {
  const random = createRandom(seed, `item:${id}`);
  const price = Number(usual) * Number(factor) * logNormal(random, 1, 0.12);
  return {
    id,
    category,
    tier: tier as Item['tier'],
    name: { en: `${adjective} ${en}`, zh: `${zhAdjective}${zh}` },
    price: Math.max(1, Math.round(price)) - 0.01,
    quality: normal(random, tier === 'premium' ? 0.3 : tier === 'budget' ? -0.3 : 0),
    popularity: logNormal(random, 1, 1.2),
  };
}

/** How much a shopper of each price sensitivity leans to the tiers. */
export const TIER_APPEAL: Readonly<Record<Level, Readonly<Record<Item['tier'], number>>>> = {
  high: { budget: 3.2, standard: 1, premium: 0.25 },
  medium: { budget: 1, standard: 1, premium: 1 },
  low: { budget: 0.3, standard: 1, premium: 2.6 },
};

export interface Product {
  id: string;
  name: { en: string; zh: string };
  kind: 'account' | 'card' | 'fund' | 'loan' | 'insurance';
  /** 1 (safe) to 5. */
  risk: number;
}

export interface Merchant {
  category: string;
  name: { en: string; zh: string };
  interest: Interest | null;
  /** USD a payment. */
  usual: number;
}

/** The bank's products and the merchants where its cards are used (lexicon/bank.txt). */
export function createBank(): { products: Product[]; merchants: Merchant[] } {
  const lexicon = readLexicon('bank');
  const products = phrases(lexicon, 'product').map((line) => {
    const [id = '', en = '', zh = '', kind = '', risk = ''] = line.split('|');
    return { id, name: { en, zh }, kind: kind as Product['kind'], risk: Number(risk) };
  });
  const merchants = phrases(lexicon, 'merchant').map((line) => {
    const [category = '', en = '', zh = '', interest = '', usual = ''] = line.split('|');
    return {
      category,
      name: { en, zh },
      usual: Number(usual),
      interest: interest === '-' ? null : (interest as Interest),
    };
  });
  return { products, merchants };
}
