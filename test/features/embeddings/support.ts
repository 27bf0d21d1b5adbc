import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import { createIndexes } from '../../../src/features/embeddings/indexes.ts';
import { activateEmbeddingModel, serveTargets } from '../../../src/features/embeddings/models.ts';
import { createSimilarityThread } from '../../../src/ml/similarity/thread.ts';
import { normalise } from '../../../src/ml/similarity/vectors.ts';
import { openNotifications } from '../../../src/notifications.ts';
import { createWorld, type World } from '../../helpers/world.ts';

export const SIZE = 8;

/** A world in which customers have vectors, and a search over them. */
export interface VectorWorld extends World {
  readonly indexes: ReturnType<typeof createIndexes>;
  /** Gives a customer a vector by the serving version. */
  put(id: number, vector: Float32Array): Promise<void>;
}

export async function createVectorWorld(mostBytes?: number): Promise<VectorWorld> {
  const world = await createWorld();
  const notifications = openNotifications(world.db, world.log);
  const thread = createSimilarityThread();
  const indexes = createIndexes({ ...world, notifications, thread }, mostBytes);
  const model = { model: 'm', version: '1', dimensions: SIZE, domain: null };
  await activateEmbeddingModel(world.db, model, world.clock.now());
  await serveTargets(world.db, [model]);
  return {
    ...world,
    indexes,
    put: async (id, vector) => {
      await world.db.query(sql`
        insert into embedding (customer_id, model, version, domain_id, "values", text_hash, at)
        select id, 'm', '1', domain_id, ${[...vector]}::real[], '', now() from customer where id = ${id}
        on conflict (customer_id, model, version) do update
          set "values" = excluded."values", batch = excluded.batch`);
    },
    close: async () => {
      await indexes.close();
      await notifications.close();
      await world.close();
    },
  };
}

/** A unit vector that looks random; a coarse one has few different numbers, so that many are equal. */
export function vectorOf(seed: number, coarse = false): Float32Array {
  const bytes = createHash('sha256').update(String(seed)).digest();
  const values = Float32Array.from({ length: SIZE }, (_, at) => (bytes[at] ?? 0) - 127.5);
  return normalise(coarse ? values.map((value) => (value > 0 ? 1 : -1)) : values);
}

/** The cosine, number by number. */
export const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
