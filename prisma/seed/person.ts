import type { Chronotype, Region } from './calendar.ts';
import {
  chance,
  createRandom,
  integer,
  logNormal,
  normal,
  type Random,
  sample,
  weighted,
} from './random.ts';
import type { Language } from './world.ts';

export type AgeBand = '18-24' | '25-34' | '35-44' | '45-54' | '55-64' | '65+';
export type Level = 'low' | 'medium' | 'high';
export type Risk = 'conservative' | 'balanced' | 'aggressive';
export type LifeStage = 'single' | 'couple' | 'new_parent' | 'school_age' | 'empty_nest' | 'senior';
export type Occupation = keyof typeof OCCUPATIONS;
export type Interest = (typeof INTERESTS)[number];

export const INTERESTS = [
  'technology',
  'beauty',
  'fashion',
  'parenting',
  'home',
  'fitness',
  'outdoors',
  'reading',
  'cooking',
  'gaming',
  'pets',
  'travel',
] as const;

/** income: median per month in USD; careful: how far the job pushes price sensitivity up. */
const OCCUPATIONS = {
  student: { income: 600, careful: 1.2, hours: 'late' },
  engineer: { income: 5200, careful: -0.5, hours: 'late' },
  teacher: { income: 3100, careful: 0.2, hours: 'office' },
  healthcare: { income: 3400, careful: 0, hours: 'late' },
  sales: { income: 3600, careful: -0.2, hours: 'office' },
  manager: { income: 7800, careful: -1.1, hours: 'office' },
  self_employed: { income: 4300, careful: -0.1, hours: 'office' },
  worker: { income: 2300, careful: 0.6, hours: 'early' },
  homemaker: { income: 1500, careful: 0.7, hours: 'early' },
  retired: { income: 1900, careful: 0.5, hours: 'early' },
} as const satisfies Record<string, { income: number; careful: number; hours: Chronotype }>;

const AGES: Readonly<Record<AgeBand, { weight: number; years: readonly [number, number] }>> = {
  '18-24': { weight: 0.17, years: [18, 24] },
  '25-34': { weight: 0.29, years: [25, 34] },
  '35-44': { weight: 0.22, years: [35, 44] },
  '45-54': { weight: 0.15, years: [45, 54] },
  '55-64': { weight: 0.1, years: [55, 64] },
  '65+': { weight: 0.07, years: [65, 82] },
};

/** Someone, with all that is not seen of them: the latents that the labels disclose. */
export interface Person {
  id: string;
  region: Region;
  language: Language;
  gender: 'female' | 'male';
  age: number;
  ageBand: AgeBand;
  occupation: Occupation;
  lifeStage: LifeStage;
  priceSensitivity: Level;
  riskPreference: Risk;
  interests: Interest[];
  /** USD a month. */
  income: number;
  chronotype: Chronotype;
  /** Standard scores: how kindly they judge, how much they write. */
  positivity: number;
  wordiness: number;
  /** Chances: a slip in a word, an emoji in a text. */
  typos: number;
  emoji: number;
  /** How readily they talk about themselves; about 0.75. */
  openness: number;
}

/** Person `index` of the seed, whatever the number of people. */
export function createPerson(seed: number, index: number): Person {
  const random = createRandom(seed, `person:${index}`);
  const ageBand = weighted(random, mapWeights(AGES));
  const age = integer(random, ...AGES[ageBand].years);
  const occupation = weighted(random, occupationWeights(age));
  const lifeStage = weighted(random, lifeStageWeights(age));
  const gender = chance(random, 0.52) ? 'female' : 'male';
  const region = chance(random, 0.5) ? 'cn' : 'west';
  const income = logNormal(random, OCCUPATIONS[occupation].income, 0.55);
  return {
    id: `p${index}`,
    region,
    gender,
    age,
    ageBand,
    occupation,
    lifeStage,
    income,
    language: chance(random, 0.96) === (region === 'cn') ? 'zh' : 'en',
    priceSensitivity: level(normal(random, OCCUPATIONS[occupation].careful, 0.8)),
    riskPreference: risk(
      normal(random, (42 - age) / 18 + (lifeStage === 'new_parent' ? -0.5 : 0), 0.8),
    ),
    interests: interestsOf(random, lifeStage, gender, age),
    chronotype: chance(random, 0.75) ? OCCUPATIONS[occupation].hours : 'office',
    ...temperament(random),
  };
}

function temperament(random: Random) {
  return {
    positivity: normal(random),
    wordiness: normal(random),
    typos: Math.min(0.3, logNormal(random, 0.05, 0.8)),
    emoji: Math.min(0.7, logNormal(random, 0.09, 1)),
    openness: Math.min(1.6, logNormal(random, 0.75, 0.35)),
  };
}

function mapWeights(ages: typeof AGES): Record<AgeBand, number> {
  const entries = Object.entries(ages).map(([band, { weight }]) => [band, weight]);
  return Object.fromEntries(entries);
}

function occupationWeights(age: number): Record<Occupation, number> {
  const working = age < 60 ? 1 : age < 65 ? 0.4 : 0.05;
  return {
    student: age < 22 ? 6 : age < 25 ? 3 : age < 30 ? 0.4 : 0,
    engineer: working * (age < 45 ? 1.5 : 0.8),
    teacher: working,
    healthcare: working,
    sales: working * 1.1,
    manager: working * (age < 30 ? 0.2 : 1.2),
    self_employed: working,
    worker: working * 1.4,
    homemaker: age < 24 ? 0.1 : 0.8,
    retired: age < 55 ? 0 : age < 65 ? 2.5 : 12,
  };
}

function lifeStageWeights(age: number): Record<LifeStage, number> {
  return {
    single: age < 25 ? 7 : age < 35 ? 3 : 1,
    couple: age < 25 ? 1.5 : age < 65 ? 2 : 0.5,
    new_parent: age < 25 ? 0.2 : age < 40 ? 3 : 0,
    school_age: age < 30 ? 0.1 : age < 54 ? 4 : 0.1,
    empty_nest: age < 46 ? 0 : age < 65 ? 4 : 1,
    senior: age < 62 ? 0 : 7,
  };
}

function interestsOf(random: Random, stage: LifeStage, gender: string, age: number): Interest[] {
  const weights: Partial<Record<Interest, number>> = {
    parenting: stage === 'new_parent' ? 9 : stage === 'school_age' ? 4 : 0.1,
    gaming: age < 35 ? 2 : 0.3,
    technology: gender === 'male' ? 1.8 : 0.9,
    beauty: gender === 'female' ? 2 : 0.3,
    fitness: age < 50 ? 1.4 : 0.6,
    home: age > 28 ? 1.4 : 0.6,
  };
  return sample(random, INTERESTS, integer(random, 2, 4), (interest) => weights[interest] ?? 1);
}

function level(score: number): Level {
  return score < -0.35 ? 'low' : score < 0.55 ? 'medium' : 'high';
}

function risk(score: number): Risk {
  return score < -0.4 ? 'conservative' : score < 0.6 ? 'balanced' : 'aggressive';
}
