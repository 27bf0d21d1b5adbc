import { seededRandom } from '../../random.ts';
import { addTypos, readQuestions, writeQuestion } from './questions.ts';
import { readReviews, writeHeadline, writeReview, writeTitle } from './reviews.ts';
import type { Sample } from './sample.ts';

/**
 * `count` customer texts in Chinese and English: questions to a bank and a shop, reviews, finance
 * headlines, product titles. The same seed writes the same texts.
 */
export function* writeSamples(seed: number, count: number): Generator<Sample> {
  const random = seededRandom(seed).next;
  const books = [readReviews('zh'), readReviews('en')] as const;
  const questions = [readQuestions('bank'), readQuestions('shop')] as const;
  for (let written = 0; written < count; written += 1) {
    const draw = random();
    const book = books[random() < 0.5 ? 0 : 1];
    const sample =
      draw < 0.3
        ? writeQuestion(random, questions[draw < 0.19 ? 0 : 1])
        : draw < 0.65
          ? writeReview(random, book, 'sentiment')
          : draw < 0.8
            ? writeReview(random, book, 'category')
            : draw < 0.9
              ? writeHeadline(random, book)
              : writeTitle(random, book);
    yield { ...sample, text: addTypos(random, sample.text, 0.01) };
  }
}
