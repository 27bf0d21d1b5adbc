import type { Db } from '../../src/db.ts';
import { activateEmbeddingModel, serveTargets } from '../../src/features/embeddings/models.ts';
import { createVectors, DIMENSIONS } from './vectors.ts';

/** Gives customers 1 to `count` of the first domain a vector each, by a model that serves from `at`. */
export async function embedAll(db: Db, count: number, at: Date): Promise<void> {
  const vector = createVectors(7);
  const target = { model: 'bench', version: '1', dimensions: DIMENSIONS, domain: null };
  await activateEmbeddingModel(db, target, at);
  await serveTargets(db, [target]);
  const lines = function* () {
    for (let id = 1; id <= count; id += 1)
      yield `${id}\tbench\t1\t1\t{${vector().join()}}\t-\t2026-01-01\n`;
  };
  await db.copyIn(
    'copy embedding (customer_id, model, version, domain_id, "values", text_hash, at) from stdin',
    lines(),
  );
}
