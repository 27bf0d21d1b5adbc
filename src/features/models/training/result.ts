import { z } from 'zod';

const count = z.number().int().nonnegative();
const metrics = z.record(z.string(), z.unknown());

/** `result.json`, and the result in the last message: made by another process, so it is checked. */
export const runResult = z.object({
  metrics,
  baselines: z.record(z.string(), metrics),
  winner: z.string(),
  decidedBy: z.string(),
  dataHash: z.string(),
  hyperparameters: z.record(z.string(), z.unknown()),
  rows: z.object({ train: count, validation: count, test: count }),
});
