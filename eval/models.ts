import { boosted, boostedBags, linear, tfidf, tfidfRelated } from './baselines.ts';
import type { Candidate } from './candidates.ts';

/** What is judged on every set that it suits. Trained models are added here, beside the baselines. */
export const candidates: readonly Candidate[] = [tfidf, tfidfRelated, linear, boosted, boostedBags];
