import type { z } from 'zod';
import type { Deps } from '../context.ts';
import type { Queryable } from '../db.ts';

/** What a job's handler gets beside its payload. */
export interface JobHelpers {
  readonly deps: Deps;
  readonly jobRunId: string;
  /** 1 at the first start; every start counts, those after a crash too. */
  readonly attempt: number;
  /** Aborts when the worker stops: throw then, and the job is queued again without a failure. */
  readonly signal: AbortSignal;
  /** Shows how far the job is, 0 to 1. Steps under 1% are not written. */
  progress(fraction: number): Promise<void>;
  /**
   * Does the job's effect and marks the job done in one transaction: whatever dies when, the
   * effect is there once. Call it last; without it the handler must be idempotent.
   * @throws when another worker has taken the job over; the effect is then rolled back.
   */
  finish(effect: (tx: Queryable) => Promise<unknown>): Promise<void>;
}

export interface JobDefinition<Schema extends z.ZodType> {
  /** Unique; it is the name in the queue and in the API. */
  readonly name: string;
  readonly payload: Schema;
  /** Starts that may fail before the run is FAILED; 5 when absent. */
  readonly maxAttempts?: number;
  /** Any error it throws is an outcome: the run goes back to the queue, with backoff. */
  run(payload: z.output<Schema>, helpers: JobHelpers): Promise<void>;
}

export interface Job<Input = unknown> {
  readonly name: string;
  readonly maxAttempts: number;
  /** The payload as JSON to store. @throws ZodError */
  check(payload: Input): unknown;
  /** Checks the stored payload and hands it to the handler. */
  perform(stored: unknown, helpers: JobHelpers): Promise<void>;
}

const MAX_ATTEMPTS = 5;

/** A kind of job: its name, the shape of its payload and what it does. */
export function defineJob<Schema extends z.ZodType>(
  definition: JobDefinition<Schema>,
): Job<z.input<Schema>> {
  const { name, payload: schema, maxAttempts = MAX_ATTEMPTS } = definition;
  return {
    name,
    maxAttempts,
    check(payload) {
      schema.parse(payload);
      return payload;
    },
    async perform(stored, helpers) {
      await definition.run(schema.parse(stored), helpers);
    },
  };
}
