import type { Random } from '../../random.ts';
import { below, pick } from './choose.ts';
import { expandSection, type Grammar, readGrammar } from './grammar.ts';
import type { Sample, Task } from './sample.ts';

export interface ReviewBook {
  readonly grammar: Grammar;
  readonly categories: readonly string[];
  readonly language: 'en' | 'zh';
}

export function readReviews(language: 'en' | 'zh'): ReviewBook {
  const grammar = readGrammar('words', `reviews.${language}`);
  const categories = [...grammar.keys()].flatMap((s) => /^([a-z]+)\.item$/.exec(s)?.[1] ?? []);
  return { grammar, categories, language };
}

/** A review of one category: opening, some remarks, at times a turn, a closing. */
export function writeReview(random: Random, book: ReviewBook, task: Task): Sample {
  const category = pick(random, book.categories);
  const mood = random() < 0.5 ? 'pos' : 'neg';
  const write = (section: string) =>
    expandSection(random, book.grammar, section, {
      item: `${category}.item`,
      'any.item': `${category}.item`,
    });
  const parts: string[] = [];
  if (random() < 0.55) parts.push(write(`open.${mood}`));
  for (let left = 1 + below(random, 3); left > 0; left -= 1)
    parts.push(write(random() < 0.55 ? `${category}.${mood}` : mood));
  if (random() < 0.2) parts.push(write(`but.${mood}`));
  if (random() < 0.3) parts.push(write(`close.${mood}`));
  const subject = book.language === 'zh' && random() < 0.3 ? write('item') : '';
  const text = subject + join(random, parts, book.language);
  const label = task === 'category' ? category : mood === 'pos' ? 'positive' : 'negative';
  return { text, language: book.language, task, label };
}

/** A finance headline with its mood, or a product's title (no mood) with its category. */
export function writeHeadline(random: Random, book: ReviewBook): Sample {
  const mood = pick(random, ['pos', 'neg', 'neu'] as const);
  const text = expandSection(random, book.grammar, `news.${mood}`);
  const label = { pos: 'positive', neg: 'negative', neu: 'neutral' }[mood];
  return { text: tidy(text), language: book.language, task: 'sentiment', label };
}

export function writeTitle(random: Random, book: ReviewBook): Sample {
  const category = pick(random, book.categories);
  const text = expandSection(random, book.grammar, 'title', { 'any.item': `${category}.item` });
  return { text: tidy(text), language: book.language, task: 'category', label: category };
}

function join(random: Random, parts: readonly string[], language: 'en' | 'zh'): string {
  const marks =
    language === 'zh'
      ? ['，', '，', '。', '！', ' ', '；']
      : ['. ', '. ', ', ', '! ', ' and ', '... '];
  const ends = language === 'zh' ? ['。', '！', '', '~', '！！'] : ['.', '!', '', '!!'];
  const text = parts.reduce((line, part) => (line ? line + pick(random, marks) + part : part), '');
  return tidy(text + pick(random, ends));
}

function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/ ([,.!?])/g, '$1')
    .trim();
}
