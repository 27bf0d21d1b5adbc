import type { Random } from '../../random.ts';
import { below, pick } from './choose.ts';
import { expandLine, expandSection, type Grammar, linesOf, readGrammar } from './grammar.ts';
import type { Sample } from './sample.ts';

export interface QuestionBook {
  readonly grammar: Grammar;
  /** Intents with the shop or bank they belong to. */
  readonly intents: readonly { readonly name: string; readonly section: string }[];
}

const WORDS = 'words';

/** The questions of one grammar file, `bank` or `shop`. */
export function readQuestions(place: 'bank' | 'shop'): QuestionBook {
  const grammar = readGrammar(WORDS, place);
  const words = readGrammar(WORDS);
  const intents = [...grammar.keys()]
    .filter((section) => !words.has(section))
    .map((section) => ({ section, name: `${place}.${section}` }));
  return { grammar, intents };
}

/** One question as a customer may put it: greeted or not, with a plea or without. */
export function writeQuestion(random: Random, { grammar, intents }: QuestionBook): Sample {
  const intent = pick(random, intents);
  const chinese = random() < 0.45;
  const lines = linesOf(grammar, intent.section).filter((l) => l.startsWith('zh:') === chinese);
  const core = expandLine(random, grammar, pick(random, lines).replace(/^zh:/, ''));
  const text = chinese ? dressChinese(random, grammar, core) : dressEnglish(random, grammar, core);
  return { text, language: chinese ? 'zh' : 'en', task: 'intent', label: intent.name };
}

function dressEnglish(random: Random, grammar: Grammar, core: string): string {
  const greeting = random() < 0.15 ? `${expandSection(random, grammar, 'greeting')} ` : '';
  const plea = random() < 0.15 ? expandSection(random, grammar, 'thanks') : '';
  const question = /^(how|what|where|when|why|who|which|can|could|is|are|do|does|will|am)\b/.test(
    core,
  );
  const ending = question
    ? pick(random, ['?', '?', '', '??'])
    : pick(random, ['.', '', '.', '!', '?']);
  const joined = `${greeting}${core}${plea}${ending}`
    .replace(/\s+/g, ' ')
    .replace(/ ([,.?!])/g, '$1');
  const cleaned = joined.trim();
  return random() < 0.6
    ? cleaned.replace(/\bi\b/g, 'I').replace(/^./, (c) => c.toUpperCase())
    : cleaned;
}

function dressChinese(random: Random, grammar: Grammar, core: string): string {
  const greeting = random() < 0.25 ? expandSection(random, grammar, 'zgreeting') : '';
  const plea = random() < 0.2 ? expandSection(random, grammar, 'zthanks') : '';
  return `${greeting}${core}${plea}${pick(random, ['？', '', '。', '?', '！', ''])}`;
}

/** Swaps two neighbouring letters of some words, as hurried people do. */
export function addTypos(random: Random, text: string, rate: number): string {
  return text.replace(/[a-z]{4,}/g, (word) => {
    if (random() >= rate) return word;
    const at = 1 + below(random, word.length - 2);
    return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
  });
}
