import { z } from 'zod';

/**
 * What a training was asked for, beside its model: kept with the run, and with the model to be
 * asked again.
 */
export const trainingRequest = z.object({
  text: z.enum(['EVENTS', 'CUSTOMER', 'NONE']),
  service: z.string().optional(),
  /** RFC 3339; the instant of the run when absent. */
  at: z.string().optional(),
  /** A base model by name; the shipped one when absent. */
  base: z.string().optional(),
  /** The id of the version to continue from. */
  from: z.number().int().optional(),
  hyperparameters: z.record(z.string(), z.unknown()),
  shots: z.number().int().optional(),
  seed: z.number().int(),
});
export type TrainingRequest = z.infer<typeof trainingRequest>;
