import { createHash } from 'node:crypto';
import type { Queryable } from '../../src/db.ts';
import type { Embedder, EmbeddingSources } from '../../src/features/embeddings/embedder.ts';
import { readEventTexts } from '../../src/features/embeddings/event-texts.ts';

export const DIMENSIONS = 32;

/** Told of each text before it is embedded, which waits until it is done. */
type OnText = (text: string) => unknown;

/** A small real embedding model: counts of hashed character trigrams. Versions hash differently. */
export function ngramEmbedder(version: string, onText: OnText = () => {}): Embedder {
  return {
    version,
    dimensions: DIMENSIONS,
    embed: async (texts) => {
      for (const text of texts) await onText(text);
      return texts.map((text) => ngramVector(version, text));
    },
  };
}

function ngramVector(version: string, text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  const characters = [...` ${text.toLowerCase()} `];
  for (let at = 0; at + 3 <= characters.length; at += 1) {
    const gram = characters.slice(at, at + 3).join('');
    const hash = createHash('md5').update(version).update(gram).digest();
    const place = (hash[0] ?? 0) % DIMENSIONS;
    vector[place] = (vector[place] ?? 0) + ((hash[1] ?? 0) % 2 === 0 ? 1 : -1);
  }
  return vector;
}

/** Customers are known by what they wrote, and every version can be loaded. */
export function ngramSources(db: Queryable, onText?: OnText): EmbeddingSources {
  return {
    readTexts: (_domain, ids) => readEventTexts(db, ids),
    loadEmbedder: async (_model, version) => ngramEmbedder(version, onText),
  };
}

export const target = (version: string, model = 'grams', domain: string | null = null) => ({
  ...{ model, version, domain },
  dimensions: DIMENSIONS,
});
