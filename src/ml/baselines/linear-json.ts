import { z } from 'zod';
import { featureColumn } from '../run/spec.ts';
import { decodeFloats, encodeFloats } from './base64.ts';
import type { LinearModel } from './linear.ts';

/** A task in a saved baseline. */
export const savedTask = z.object({
  kind: z.enum(['CLASSIFY', 'MULTI_LABEL', 'REGRESS']),
  labels: z.array(z.string()),
  features: z.array(featureColumn),
});

/** A linear model in a saved baseline. */
export const savedLinear = z.object({
  link: z.enum(['softmax', 'sigmoid', 'identity']),
  weights: z.string(),
  bias: z.string(),
});

export function saveLinear(model: LinearModel): z.infer<typeof savedLinear> {
  return {
    link: model.link,
    weights: encodeFloats(model.weights),
    bias: encodeFloats(model.bias),
  };
}

export function loadLinear(saved: z.infer<typeof savedLinear>): LinearModel {
  return {
    link: saved.link,
    weights: decodeFloats(saved.weights),
    bias: decodeFloats(saved.bias),
  };
}
