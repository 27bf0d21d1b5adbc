import { readCsv } from '../../data/files.ts';
import { balanced, capped, divideOnce } from '../divide.ts';
import type { TransferPair } from '../pair.ts';
import { oneTask, textRow, textsOf } from './row.ts';

const LABELS = ['消极', '积极'] as const;
const SOURCE_ROWS = 8000;

const labelOf = (value: string | undefined) => LABELS[value === '1' ? 1 : 0];

/** Chinese e-commerce reviews to titles of Chinese financial news. */
export const reviewsZh: TransferPair = {
  name: 'reviews-zh',
  title: 'Chinese reviews to finance titles, sentiment',
  source: 'online_shopping_10_cats',
  target: 'zh_finance_news',
  metric: 'accuracy',
  language: 'zh',
  tasks: [{ name: 'sentiment', labels: LABELS }],
  lengths: { source: 64, target: 32 },
  split:
    'titles by a hash: 60% pool, 10% validation, 30% test, of which 600 are tested; as many positive ones as there are (78%)',
  toBeat: [
    { what: '20 per class, in-domain only', figure: 0.768 },
    { what: 'zero-shot from reviews', figure: 0.612 },
  ],
  bar: { shots: 20, least: 0.8 },
  open: (dataFolder) => {
    const reviews = readCsv(dataFolder, 'online_shopping_10_cats/reviews.csv.gz').flatMap(
      ({ review = '', label }, i) =>
        review.trim() ? textRow(`r${i}`, review, labelOf(label)) : [],
    );
    const titles = readCsv(dataFolder, 'zh_finance_news/seed_titles.csv.gz').map(
      ({ title = '', label }, i) => textRow(`t${i}`, title, labelOf(label)),
    );
    const source = divideOnce(reviews, { pool: 0.9, validation: 0, test: 0.1 });
    const target = divideOnce(titles, { pool: 0.6, validation: 0.1, test: 0.3 });
    return {
      source: oneTask({
        train: balanced(source.pool, SOURCE_ROWS / 2),
        test: capped(source.test, 400),
      }),
      target: oneTask({ ...target, test: capped(target.test, 600) }),
      unlabelled: textsOf(target.pool),
    };
  },
};
