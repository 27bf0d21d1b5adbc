import type { TrainingRow } from '../../src/ml/run/spec.ts';
import type { EvalRows, EvalSet } from '../set.ts';
import { divideByGroup, NO_TIME } from './divide.ts';
import { readCsv, readLines } from './files.ts';

const SENTIMENT = ['negative', 'positive'] as const;

const SENTIMENT_SET = '10-cats-sentiment';

/** The same review twice is one group. */
function review(id: string, text: string, label: string): TrainingRow {
  return { id, group: text, at: NO_TIME, text, label };
}

function tenCategories(dataFolder: string, target: 'sentiment' | 'category'): TrainingRow[] {
  return readCsv(dataFolder, 'online_shopping_10_cats/reviews.csv.gz').flatMap((line, i) =>
    line.review?.trim()
      ? review(
          `c${i}`,
          line.review,
          target === 'category' ? (line.cat ?? '') : SENTIMENT[line.label === '1' ? 1 : 0],
        )
      : [],
  );
}

function tenCategoriesSet(target: 'sentiment' | 'category', bar: number): EvalSet {
  return {
    name: `10-cats-${target}`,
    title: `online_shopping_10_cats, ${target}`,
    metric: 'accuracy',
    bar,
    split: '80/20 by a hash of the review; validation: an eighth of the 80',
    open: (dataFolder) => {
      const rows = tenCategories(dataFolder, target);
      const labels =
        target === 'sentiment'
          ? SENTIMENT
          : [...new Set(rows.map((row) => String(row.label)))].sort();
      return {
        task: { kind: 'CLASSIFY', labels, features: [] },
        draws: [divideByGroup(rows, 0.5)],
        ...(target === 'category' ? { startsFrom: SENTIMENT_SET } : { keepAs: SENTIMENT_SET }),
      };
    },
  };
}

export const tenCategoriesSentiment = tenCategoriesSet('sentiment', 0.94);
export const tenCategoriesCategory = tenCategoriesSet('category', 0.91);

/** The five published draws of 32 + 32 reviews; each is tested on the rows of the other four. */
export const eprstmt: EvalSet = {
  name: 'eprstmt',
  title: 'fewclue_eprstmt, 32-shot, 10_cats first',
  metric: 'accuracy',
  bar: 0.88,
  split:
    'mean of the 5 published draws (32 to learn from, 32 to choose by), each tested on the other four',
  open: (dataFolder) => {
    const read = (file: string) =>
      readLines<{ sentence: string; label: string }>(dataFolder, `fewclue_eprstmt/${file}`).map(
        ({ sentence, label }, i) => review(`${file}:${i}`, sentence, label.toLowerCase()),
      );
    const draws = [0, 1, 2, 3, 4].map((n) => ({
      train: read(`train_${n}.jsonl`),
      validation: read(`dev_${n}.jsonl`),
    }));
    const unlabelled = readLines<{ sentence: string }>(
      dataFolder,
      'fewclue_eprstmt/unlabeled.jsonl.gz',
    );
    return {
      task: { kind: 'CLASSIFY', labels: SENTIMENT, features: [] },
      draws: draws.map((own) => ({ ...own, test: othersThan(own, draws) })),
      unlabelled: unlabelled.map(({ sentence }) => sentence),
      intermediate: tenCategories(dataFolder, 'sentiment'),
      startsFrom: SENTIMENT_SET,
    };
  },
};

function othersThan(
  own: Omit<EvalRows, 'test'>,
  draws: readonly Omit<EvalRows, 'test'>[],
): TrainingRow[] {
  const known = new Set([...own.train, ...own.validation].map(({ group }) => group));
  const others = draws.flatMap(({ train, validation }) => [...train, ...validation]);
  return [...new Map(others.map((row) => [row.group, row])).values()].filter(
    ({ group }) => !known.has(group),
  );
}

/** Title and text alone: the rating says the answer. */
export const womensClothing: EvalSet = {
  name: 'womens-clothing',
  title: 'womens_clothing, recommended',
  metric: 'rocAuc',
  bar: 0.96,
  split: '7:1:2 by a hash of the review; title and text only, not the rating',
  open: (dataFolder) => {
    const rows = readCsv(dataFolder, 'womens_clothing/reviews.csv.gz').flatMap((line) => {
      const text = [line.Title, line['Review Text']].filter(Boolean).join('. ');
      const label = line['Recommended IND'] === '1' ? 'recommended' : 'not recommended';
      return text ? review(line.review_id ?? '', text, label) : [];
    });
    const labels = ['not recommended', 'recommended'];
    return { task: { kind: 'CLASSIFY', labels, features: [] }, draws: [divideByGroup(rows, 0.5)] };
  },
};
