import { emojiFor } from './compose.ts';
import type { Person } from './person.ts';
import { chance, integer, pick, type Random } from './random.ts';
import type { Language, Sentiment } from './world.ts';

/** Characters that Chinese input methods confuse. */
const HOMOPHONES: Readonly<Record<string, string>> = Object.fromEntries(
  ['的得', '在再', '那哪', '做作', '已以', '像象', '她他', '账帐', '吧把', '到道'].map((pair) => [
    ...pair,
  ]),
);

/** As people type: slips, lost punctuation, no capitals, stretched marks, an emoji here and there. */
export function addNoise(
  random: Random,
  text: string,
  person: Person,
  language: Language,
  sentiment: Sentiment,
): string {
  let noisy =
    language === 'en' ? misspell(random, text, person.typos) : confuse(random, text, person.typos);
  if (language === 'en' && chance(random, person.typos * 1.5)) noisy = noisy.toLowerCase();
  if (chance(random, person.typos)) noisy = noisy.replaceAll(/[,，]/g, ' ');
  if (!/[?!]$/.test(noisy)) noisy += ending(random, language, sentiment);
  if (chance(random, person.emoji)) {
    // A few smile at everything.
    const mood = chance(random, 0.85) ? sentiment : pick(random, ['positive', 'neutral'] as const);
    noisy += ` ${emojiFor(random, language, mood).repeat(chance(random, 0.2) ? integer(random, 2, 3) : 1)}`;
  }
  return noisy;
}

function ending(random: Random, language: Language, sentiment: Sentiment): string {
  const [stop, shout, trail] = language === 'zh' ? ['。', '！', '……'] : ['.', '!', '...'];
  if (sentiment !== 'neutral' && chance(random, 0.25))
    return (shout ?? '').repeat(integer(random, 1, 3));
  return pick(random, ['', '', stop ?? '', stop ?? '', chance(random, 0.3) ? (trail ?? '') : '']);
}

/** Each longer word slips with the chance given, halved: swapped, doubled or dropped letters. */
function misspell(random: Random, text: string, slips: number): string {
  return text
    .split(' ')
    .map((word) =>
      /^[a-z]{4,}$/.test(word) && chance(random, slips / 2) ? slip(random, word) : word,
    )
    .join(' ');
}

function slip(random: Random, word: string): string {
  const at = integer(random, 1, word.length - 2);
  const [before, letter, next, after] = [
    word.slice(0, at),
    word.charAt(at),
    word.charAt(at + 1),
    word.slice(at + 2),
  ];
  return pick(random, [
    `${before}${next}${letter}${after}`,
    `${before}${letter}${letter}${next}${after}`,
    `${before}${next}${after}`,
  ]);
}

function confuse(random: Random, text: string, slips: number): string {
  return Array.from(text, (character) => {
    const wrong = HOMOPHONES[character];
    return wrong !== undefined && chance(random, slips * 1.5) ? wrong : character;
  }).join('');
}
