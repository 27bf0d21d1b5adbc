/** Ids of the tokens that mean something to a model; what a vocabulary lacks is absent. */
export interface SpecialTokens {
  readonly pad: number;
  readonly unk: number;
  readonly cls?: number;
  readonly sep?: number;
  readonly mask?: number;
  /** End of sequence, of T5. */
  readonly eos?: number;
  /** `<extra_id_0>`, `<extra_id_1>`, ... of T5, in this order; empty for an encoder. */
  readonly sentinels: readonly number[];
}

export interface EncodeOptions {
  /** Most ids to return, special tokens included. */
  readonly maxLength: number;
  /** A second text, such as the hypothesis to the text's premise. */
  readonly pair?: string;
}

/** Text to token ids and back. */
export interface Tokenizer {
  readonly vocabularySize: number;
  readonly special: SpecialTokens;
  /** Ids with special tokens, cut to `maxLength`: the special token at the end is kept. */
  encode(text: string, options: EncodeOptions): Int32Array;
  encodeBatch(texts: readonly string[], options: EncodeOptions): Int32Array[];
  /** The text of the ids, without special tokens. */
  decode(ids: ArrayLike<number>): string;
  /** The token of an id as the vocabulary spells it (`##ing`, `▁the`). */
  tokenOf(id: number): string;
}
