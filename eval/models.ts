import { boosted, boostedBags, hasText, linear, tfidf, tfidfRelated } from './baselines.ts';
import type { Candidate } from './candidates.ts';
import { trainedCandidate } from './trained.ts';

/** The base encoder with what does for most texts: few rows get more passes over them. */
const encoder = trainedCandidate(
  'base encoder, fine-tuned',
  {
    settings: {
      epochs: 6,
      learningRate: 3e-4,
      labelSmoothing: 0.1,
      domainAdaptSteps: 500,
      maxLength: 96,
    },
  },
  (data) => hasText(data) && (data.draws[0]?.train.length ?? 0) >= 2000,
);

const encoderOfFew = trainedCandidate(
  'base encoder, fine-tuned on few rows',
  {
    settings: {
      epochs: 40,
      batchSize: 16,
      learningRate: 3e-4,
      labelSmoothing: 0.1,
      domainAdaptSteps: 500,
      maxLength: 96,
      patience: 8,
    },
    first: { epochs: 2, learningRate: 3e-4, domainAdaptSteps: 500, maxLength: 96 },
  },
  (data) => hasText(data) && (data.draws[0]?.train.length ?? 0) < 2000,
);

/** What is judged on every set that it suits: the simple models, and those that have to beat them. */
export const candidates: readonly Candidate[] = [
  tfidf,
  tfidfRelated,
  linear,
  boosted,
  boostedBags,
  encoder,
  encoderOfFew,
];
