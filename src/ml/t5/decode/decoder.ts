/**
 * A model that answers token by token. A state holds one row a hypothesis; states are values, so a
 * search may go on from an older one.
 */
export interface Decoder<State> {
  readonly vocabulary: number;
  readonly startId: number;
  readonly endId: number;
  /** Reads the sources, token ids with their end: one row each. */
  begin(sources: readonly (readonly number[])[]): Promise<{ readonly state: State }>;
  /** Appends one token to each row. */
  step(state: State, tokens: readonly number[]): Promise<Stepped<State>>;
  /** The rows of another state, in this order: rows may be left out and repeated. */
  select(state: State, rows: readonly number[]): State;
}

export interface Stepped<State> {
  readonly state: State;
  /** (rows, vocabulary): natural logarithms of the next token's probabilities. */
  readonly logProbs: Float32Array;
}

/** What a search found for one source. */
export interface Answer {
  /** Without start and end. */
  readonly tokens: readonly number[];
  /** Of the whole sequence, its end included. */
  readonly logProb: number;
  /** Whether it came to its end, or was cut at the limit. */
  readonly finished: boolean;
}
