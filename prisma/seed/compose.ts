import type { ChurnReason } from './account.ts';
import type { Intent } from './intents.ts';
import { type Lexicon, phrase, readLexicon } from './lexicon.ts';
import type { Person } from './person.ts';
import { chance, geometric, pick, type Random, sample, weighted } from './random.ts';
import type { DemoDomain, Language, Sentiment } from './world.ts';

type Polarity = 'pos' | 'neg' | 'neu';
type Slots = Readonly<Record<string, string>>;

/** What a text has to say; the words are the composer's. */
export interface Message {
  domain: DemoDomain;
  language: Language;
  person: Person;
  sentiment: Sentiment;
  /** Fillers of {item}, {product}, {days}...; see lexicon/*.txt. */
  slots: Slots;
}

const LEXICA: Readonly<Record<DemoDomain | 'person', Readonly<Record<Language, Lexicon>>>> = {
  retail: { en: readLexicon('retail.en'), zh: readLexicon('retail.zh') },
  finance: { en: readLexicon('finance.en'), zh: readLexicon('finance.zh') },
  person: { en: readLexicon('person.en'), zh: readLexicon('person.zh') },
};

const ASPECTS: Readonly<Record<DemoDomain, readonly string[]>> = {
  retail: ['quality', 'delivery', 'price', 'service', 'packaging', 'use'],
  finance: ['app', 'transfer', 'fees', 'service', 'returns', 'security'],
};

const POLARITY = { positive: 'pos', neutral: 'neu', negative: 'neg' } as const;

/** How often a clause is of each polarity: people who are content still find something to carp at. */
const CLAUSES: Readonly<Record<Sentiment, Readonly<Record<Polarity, number>>>> = {
  positive: { pos: 0.74, neu: 0.15, neg: 0.11 },
  negative: { pos: 0.13, neu: 0.14, neg: 0.73 },
  neutral: { pos: 0.24, neu: 0.52, neg: 0.24 },
};

/** A review of an item, or of the bank: opener, clauses about aspects, a word about oneself, closer. */
export function composeReview(random: Random, message: Message): string {
  const { sentiment, person, language } = message;
  const polarity = POLARITY[sentiment];
  const say = speaker(random, message);
  if (chance(random, 0.06 - 0.02 * person.wordiness)) return say(`short.${polarity}`);
  const sentences: string[] = [];
  if (chance(random, 0.6)) sentences.push(say(openerSection(random, polarity)));
  sentences.push(clauses(random, message, aspectCount(random, person)));
  sentences.push(...aside(random, message, 0.55));
  if (chance(random, 0.45)) sentences.push(say(`closer.${chance(random, 0.7) ? polarity : 'neu'}`));
  return assemble(random, language, sentences);
}

/** A message to support: greeting, the matter, details, mood, a word about oneself, a name or number. */
export function composeChat(
  random: Random,
  message: Message,
  intent: Intent,
  leaving: ChurnReason | null,
): string {
  const { sentiment, person, language } = message;
  const say = speaker(random, message);
  const sentences: string[] = [];
  if (chance(random, 0.55)) sentences.push(say('greeting'));
  sentences.push(say(`intent.${intent}`));
  if (leaving !== null) sentences.push(say(`reason.${leaving}`));
  const tellsMood = sentiment === 'neutral' ? 0.35 : 0.78;
  if (chance(random, tellsMood)) sentences.push(say(`mood.${POLARITY[sentiment]}`));
  if (sentiment !== 'neutral' && chance(random, 0.35)) sentences.push(clauses(random, message, 1));
  if (chance(random, 0.45 + 0.1 * person.wordiness)) sentences.push(say('detail'));
  sentences.push(...aside(random, message, 0.4));
  if (chance(random, 0.07))
    sentences.push(phrase(random, LEXICA.person[language], 'pii', message.slots));
  return assemble(random, language, sentences);
}

function speaker(
  random: Random,
  { domain, language, slots }: Message,
): (section: string) => string {
  return (section) => phrase(random, LEXICA[domain][language], section, slots);
}

function openerSection(random: Random, polarity: Polarity): string {
  if (polarity === 'neu') return chance(random, 0.5) ? 'opener.mixed' : 'opener.neu';
  return chance(random, 0.5) ? `opener.${polarity}` : 'opener.neu';
}

/** Long-tailed: most name one or two things, a few go through everything. */
function aspectCount(random: Random, person: Person): number {
  return (
    1 +
    Math.min(9, geometric(random, Math.min(0.85, Math.max(0.22, 0.52 - 0.11 * person.wordiness))))
  );
}

/** Clauses joined as their polarities ask: "and" along, "but" across. */
function clauses(random: Random, message: Message, count: number): string {
  const say = speaker(random, message);
  const own = LEXICA.person[message.language];
  let text = '';
  let before: Polarity | null = null;
  for (let index = 0; index < count; index += 1) {
    const polarity = weighted(random, CLAUSES[message.sentiment]);
    const aspect = pick(random, ASPECTS[message.domain]);
    const across = before !== null && polarity !== before && before !== 'neu';
    if (before !== null) text += joiner(random, own, across, message.language);
    if (chance(random, 0.14)) text += hedge(random, own, message.language);
    text += say(`aspect.${aspect}.${polarity}`);
    before = polarity;
  }
  return text;
}

function joiner(random: Random, own: Lexicon, across: boolean, language: Language): string {
  const word = phrase(random, own, across ? 'joiner.but' : 'joiner.same');
  if (language === 'zh') return word;
  return /^[,.]/.test(word) ? `${word} ` : ` ${word} `;
}

function hedge(random: Random, own: Lexicon, language: Language): string {
  const word = phrase(random, own, 'hedge');
  return language === 'zh' ? word : `${word} `;
}

/** What slips out about the writer: the traces by which attributes can be told from texts. */
function aside(random: Random, { person, language }: Message, scale: number): string[] {
  const count = [1, 0.4].filter((share) =>
    chance(random, Math.min(0.9, person.openness * scale * share)),
  );
  const topics = sample(random, Object.entries(TRACES), count.length, ([, { weight }]) => weight);
  return topics.map(([topic, { of }]) =>
    phrase(
      random,
      LEXICA.person[language],
      `${topic}.${of(person, random).replace('-', '_').replace('+', '_plus')}`,
    ),
  );
}

/** Sections of lexicon/person.*.txt: topic.value. */
const TRACES: Readonly<
  Record<string, { weight: number; of: (person: Person, random: Random) => string }>
> = {
  age_band: { weight: 1.5, of: ({ ageBand }) => ageBand },
  occupation: { weight: 3, of: ({ occupation }) => occupation },
  life_stage: { weight: 2.5, of: ({ lifeStage }) => lifeStage },
  price_sensitivity: { weight: 2.5, of: ({ priceSensitivity }) => priceSensitivity },
  risk_preference: { weight: 2.5, of: ({ riskPreference }) => riskPreference },
  interest: { weight: 2, of: ({ interests }, random) => pick(random, interests) },
};

function assemble(random: Random, language: Language, sentences: readonly string[]): string {
  if (language === 'zh') {
    return sentences.reduce((text, next) => text + (chance(random, 0.65) ? '，' : '。') + next);
  }
  const capital = chance(random, 0.8);
  return sentences
    .map((sentence) => (capital ? sentence.charAt(0).toUpperCase() + sentence.slice(1) : sentence))
    .reduce(
      (text, next) =>
        text + (/[?!.]$/.test(text) ? ' ' : chance(random, 0.85) ? '. ' : ', ') + next,
    );
}

/** An emoji (or its like in letters) for the mood of a text. */
export function emojiFor(random: Random, language: Language, sentiment: Sentiment): string {
  return phrase(random, LEXICA.person[language], `emoji.${POLARITY[sentiment]}`);
}
