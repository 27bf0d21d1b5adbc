import { z } from 'zod';
import type { TaskKind } from './kinds.ts';

const MOST_HEADS = 8;
const kinds = ['CLASSIFY', 'MULTI_LABEL', 'REGRESS'] as const;

/** `hyperparameters.tasks` of an encoder, as callers give it: whose labels, and how they are learnt. */
const asked = z
  .array(
    z.strictObject({
      /** The task that labels were imported for. */
      name: z.string().min(1).max(100),
      kind: z.enum(kinds).default('CLASSIFY'),
      /** How much its loss counts beside the model's own 1. */
      weight: z.number().positive().default(1),
    }),
  )
  .max(MOST_HEADS)
  .default([]);
export type AskedHead = z.infer<typeof asked>[number];

/** @returns what is wrong with them, as zod has it, or the heads */
export const parseHeads = (tasks: unknown) => asked.safeParse(tasks);

/** They were checked before they were kept. */
export const readHeads = ({ tasks }: Readonly<Record<string, unknown>>): AskedHead[] =>
  asked.parse(tasks);

/** Whether a model of this kind may have further heads. */
export const takesHeads = (kind: TaskKind): boolean => kinds.some((own) => own === kind);
