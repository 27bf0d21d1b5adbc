import type { Span } from '../text/spans.ts';
import type { ServedReason } from './explain/reason.ts';
import type { ServedRow } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import type { Outcome } from './outcome.ts';
import type { Closable } from './session-cache.ts';

/** What a version says of one row. */
export interface Prediction extends Omit<Outcome, 'value' | 'direction'> {
  /** What it is about, where the version answers several tasks; its own task when absent. */
  readonly task?: string;
  /** Null where the version is not sure enough to say. */
  readonly value: Outcome['value'] | readonly TaggedSpan[] | null;
  /** Values are lists of texts, even where this one is unknown. */
  readonly several?: boolean;
  readonly reasons: readonly ServedReason[];
  /** What it says for its other tasks, each with its task. */
  readonly further?: readonly Prediction[];
}

/** A piece of a row's text that a SEQUENCE version has found: [start, end) in UTF-16 units. */
export type TaggedSpan = {
  readonly [Field in keyof Span]: Span[Field];
} & {
  readonly text: string;
  /** Of the least sure of its words, calibrated. */
  readonly confidence: number;
};

/** A version of a model, loaded. */
export interface ServedModel extends Closable {
  readonly manifest: Manifest;
  /** Vectors (texts, dimensions) of texts. @throws MlError when it is no embedding model */
  embed(texts: readonly string[]): Promise<Float32Array>;
  /** One prediction for each row, with at most `reasons` reasons. */
  predict(rows: readonly ServedRow[], reasons: number): Promise<Prediction[]>;
}
