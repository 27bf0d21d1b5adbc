import { boosted, boostedBags, hasText, linear, tfidf, tfidfRelated } from './baselines.ts';
import type { Candidate } from './candidates.ts';
import { frozenEncoder } from './frozen.ts';
import type { EvalData } from './set.ts';
import { trainedCandidate } from './trained.ts';

const trainRows = ({ draws }: EvalData) => draws[0]?.train.length ?? 0;

/** The base encoder with what does for most texts. */
const encoder = trainedCandidate(
  'base encoder, fine-tuned',
  { epochs: 12, learningRate: 3e-4, labelSmoothing: 0.1, domainAdaptSteps: 500, maxLength: 64 },
  (data) => hasText(data) && trainRows(data) >= 2_000 && trainRows(data) < 9_000,
);

/** Many rows need neither many passes nor words of the domain first. */
const encoderOfMany = trainedCandidate(
  'base encoder, fine-tuned on many rows',
  { epochs: 2, learningRate: 3e-4, labelSmoothing: 0.05, maxLength: 96 },
  (data) => hasText(data) && trainRows(data) >= 9_000,
);

const encoderOfFew = trainedCandidate(
  'base encoder, fine-tuned on few rows',
  {
    ...{ epochs: 40, batchSize: 16, learningRate: 3e-4, labelSmoothing: 0.1, patience: 8 },
    ...{ domainAdaptSteps: 500, maxLength: 96 },
  },
  (data) => hasText(data) && trainRows(data) < 2_000,
);

/** What is judged on every set that it suits: the simple models, and those that have to beat them. */
export const candidates: readonly Candidate[] = [
  tfidf,
  tfidfRelated,
  linear,
  boosted,
  boostedBags,
  frozenEncoder,
  encoder,
  encoderOfMany,
  encoderOfFew,
];
