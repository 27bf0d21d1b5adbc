import type { TrainingRow } from '../../../src/ml/run/spec.ts';
import { readCsv } from '../../data/files.ts';
import { balanced, capped, divideOnce } from '../divide.ts';
import type { TransferPair } from '../pair.ts';
import { oneTask, textRow, textsOf } from './row.ts';

const LABELS = ['negative', 'positive'] as const;

/** Title or summary first, as it says most; three stars say neither. */
function reviewsOf(dataFolder: string): TrainingRow[] {
  const clothing = readCsv(dataFolder, 'womens_clothing/reviews.csv.gz').flatMap((line, i) => {
    const text = [line.Title, line['Review Text']].filter(Boolean).join('. ');
    return text ? textRow(`w${i}`, text, LABELS[line['Recommended IND'] === '1' ? 1 : 0]) : [];
  });
  const musical = readCsv(dataFolder, 'amazon_musical/reviews.csv.gz').flatMap((line, i) => {
    const text = [line.summary, line.reviewText].filter(Boolean).join('. ');
    const stars = Number(line.overall);
    return text && stars !== 3 ? textRow(`m${i}`, text, LABELS[stars > 3 ? 1 : 0]) : [];
  });
  return [...clothing, ...musical];
}

/** Positive and negative sentences alone: the neutral ones have no polarity. */
function sentencesOf(dataFolder: string): TrainingRow[] {
  return readCsv(dataFolder, 'financial_phrasebank/sentences_50agree.csv').flatMap(
    ({ row_id = '', sentence = '', label = '' }) =>
      label === 'neutral' ? [] : textRow(row_id, sentence, label),
  );
}

/** English reviews of clothes and instruments to sentences of financial news. */
export const reviewsEn: TransferPair = {
  name: 'reviews-en',
  title: 'English reviews to PhraseBank, polarity',
  source: 'womens_clothing and amazon_musical',
  target: 'financial_phrasebank',
  metric: 'rocAuc',
  language: 'en',
  tasks: [{ name: 'sentiment', labels: LABELS }],
  lengths: { source: 64, target: 48 },
  split:
    'positive and negative sentences by a hash: 50% pool, 10% validation, 40% test; reviews balanced',
  toBeat: [
    { what: '20 per class, in-domain only', figure: 0.637 },
    { what: 'from reviews without target labels', figure: 0.646 },
  ],
  bar: { shots: 20, least: 0.72 },
  open: (dataFolder) => {
    const source = divideOnce(reviewsOf(dataFolder), { pool: 0.85, validation: 0, test: 0.15 });
    const target = divideOnce(sentencesOf(dataFolder), { pool: 0.5, validation: 0.1, test: 0.4 });
    return {
      source: oneTask({
        train: balanced(source.pool, 4000),
        test: capped(balanced(source.test, 200), 400),
      }),
      target: oneTask({ ...target }),
      unlabelled: textsOf(target.pool),
    };
  },
};
