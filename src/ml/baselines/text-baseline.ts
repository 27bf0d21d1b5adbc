import { z } from 'zod';
import { MlError } from '../errors.ts';
import type { TrainingRow } from '../run/spec.ts';
import { decodeFloats, encodeFloats } from './base64.ts';
import type {
  Baseline,
  BaselineInput,
  BaselineTask,
  Contribution,
  FitOptions,
  FittedBaseline,
} from './baseline.ts';
import { type Chosen, choosePenalty, lossOfPredictions } from './choose.ts';
import { weighByClass } from './class-information.ts';
import { contributionsOf } from './contributions.ts';
import { fitLinear, type LinearModel, predictLinear } from './linear.ts';
import { loadLinear, savedLinear, savedTask, saveLinear } from './linear-json.ts';
import { placedTerms } from './placed-terms.ts';
import { classOf, linkOf, predictionsOf, targetsOf } from './targets.ts';
import { applyTfidf, fitTfidf, type Tfidf } from './tfidf.ts';

/** Penalties tried when there are validation rows; the first without. */
const PENALTIES = [0.1, 0.03, 0.3, 1, 3] as const;
/** With fewer texts every term counts. */
const FEW_TEXTS = 2000;

/**
 * TF-IDF of words, word pieces and Han characters, with a linear model on top; where there are
 * classes, terms that tell them apart weigh more.
 */
export const textBaseline: Baseline = {
  name: 'tfidf-linear',
  fit: async (task, rows, options = {}) => fitText(task, rows, options),
};

function fitText(
  task: BaselineTask,
  rows: readonly TrainingRow[],
  options: FitOptions,
): FittedBaseline {
  const texts = rows.map(textOf);
  const tfidf = fitTerms(task, rows, texts);
  const [matrix, targets] = [applyTfidf(tfidf, texts), targetsOf(task, rows)];
  const seed = options.seed ?? 1;
  const { validation } = options;
  const held = validation && applyTfidf(tfidf, validation.map(textOf));
  const chosen = choosePenalty(
    options.penalty === undefined ? PENALTIES : [options.penalty],
    (l2) => fitLinear(matrix, targets, { ...linkOf(task), l2, epochs: 20, seed }),
    held &&
      ((own) =>
        lossOfPredictions(
          task,
          predictLinear(own, held).map((outputs) => predictionsOf(task, outputs)),
          validation,
        )),
  );
  return fitted(task, tfidf, chosen);
}

function fitTerms(
  task: BaselineTask,
  rows: readonly TrainingRow[],
  texts: readonly string[],
): Tfidf {
  const tfidf = fitTfidf(texts, {
    words: [1, 2],
    letters: [2, 4],
    han: [1, 3],
    minTexts: texts.length < FEW_TEXTS ? 1 : 2,
  });
  if (tfidf.terms.length === 0)
    throw new MlError('INSUFFICIENT_DATA', 'No training text has a word to learn from.');
  if (task.kind !== 'CLASSIFY') return tfidf;
  const classes = rows.map((row) => classOf(task, row));
  return weighByClass(tfidf, applyTfidf(tfidf, texts), classes);
}

function fitted(
  task: BaselineTask,
  tfidf: Tfidf,
  { model, penalty }: Chosen<LinearModel>,
): FittedBaseline {
  return {
    name: 'tfidf-linear',
    penalty,
    predict: (rows) =>
      predictLinear(model, applyTfidf(tfidf, rows.map(textOf))).map((outputs) =>
        predictionsOf(task, outputs),
      ),
    explain: (row, label, top) =>
      contributionsOf(
        model,
        applyTfidf(tfidf, [textOf(row)]),
        0,
        label,
        // The first letter tells kinds of terms apart.
        (column) => (tfidf.terms[column] ?? '').slice(1),
        top,
      ),
    explainWords: (row, label) => {
      const text = textOf(row);
      const termOf = (column: number) => tfidf.terms[column] ?? '';
      const rows = applyTfidf(tfidf, [text]);
      const terms = contributionsOf(model, rows, 0, label, termOf, Number.POSITIVE_INFINITY);
      return byWord(terms, placedTerms(text, tfidf.options));
    },
    save: () =>
      JSON.stringify({
        name: 'tfidf-linear',
        task,
        tfidf: { ...tfidf, idf: encodeFloats(tfidf.idf) },
        model: saveLinear(model),
        penalty,
      }),
    dispose: () => {},
  };
}

/** What each occurrence of a term adds, divided among its words. */
function byWord(
  terms: readonly Contribution[],
  placed: ReadonlyMap<string, readonly (readonly string[])[]>,
): Contribution[] {
  const sums = new Map<string, number>();
  for (const { input, contribution } of terms) {
    const occurrences = placed.get(input) ?? [];
    for (const words of occurrences)
      for (const word of words) {
        const share = contribution / occurrences.length / words.length;
        sums.set(word, (sums.get(word) ?? 0) + share);
      }
  }
  return [...sums].map(([input, contribution]) => ({ input, contribution }));
}

const lengths = z.tuple([z.number(), z.number()]);
export const savedTextBaseline = z.object({
  name: z.literal('tfidf-linear'),
  task: savedTask,
  tfidf: z.object({
    options: z.object({ words: lengths, letters: lengths, han: lengths, minTexts: z.number() }),
    terms: z.array(z.string()),
    idf: z.string(),
  }),
  model: savedLinear,
  penalty: z.number(),
});

export function loadTextBaseline(saved: z.infer<typeof savedTextBaseline>): FittedBaseline {
  const tfidf = { ...saved.tfidf, idf: decodeFloats(saved.tfidf.idf) };
  const { penalty } = saved;
  return fitted(saved.task, tfidf, { model: loadLinear(saved.model), penalty });
}

function textOf(row: BaselineInput): string {
  return row.text ?? '';
}
