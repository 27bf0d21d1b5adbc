import type { Target } from './models.ts';

/** A version of an embedding model, loaded. */
export interface Embedder {
  readonly version: string;
  readonly dimensions: number;
  /** A vector of `dimensions` numbers for each text, of any length. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/** What a customer's embedding is made of. */
export interface CustomerText {
  readonly customerId: number;
  readonly text: string;
  /** The same for the same text. */
  readonly textHash: string;
}

/** Where embeddings come from. */
export interface EmbeddingSources {
  /** @throws when there is no such version, or its files cannot be read. */
  loadEmbedder(model: string, version: string): Promise<Embedder>;
  /** The texts of those of these customers that live and have one, as the version is to read them. */
  readTexts(
    domain: { readonly id: number; readonly key: string },
    customerIds: readonly number[],
    version: Pick<Target, 'model' | 'version'>,
  ): Promise<readonly CustomerText[]>;
  /** Versions that were promoted and that customers are not embedded with yet. */
  promoted?(): Promise<readonly Target[]>;
}
