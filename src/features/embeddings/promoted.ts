import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { TrainingSpec } from '../../ml/run/spec.ts';
import type { ArtefactStore } from '../artefacts/store.ts';
import { asTaught } from '../training/as-taught.ts';
import { buildPredictionRows } from '../training/prediction-rows.ts';
import type { RowsDeps, RowsRequest } from '../training/request.ts';
import type { CustomerText, Embedder, EmbeddingSources } from './embedder.ts';
import { readEventTexts } from './event-texts.ts';
import type { Target } from './models.ts';

interface Promoted {
  readonly model: string;
  readonly versionId: number;
  readonly domain: string;
  readonly artefact: string;
  readonly service: string | null;
  readonly spec: Pick<TrainingSpec, 'text' | 'language'>;
}

/** Loads versions of embedding models from folders. */
export interface EmbeddingServer {
  embedder(folder: string, version: string): Promise<Embedder>;
}

/**
 * Embeddings by the versions that were trained here (kind EMBED) and promoted; a customer is known by
 * what they wrote or, to a version that has learnt from customers in words, by such words.
 */
export function promotedSources(
  deps: RowsDeps,
  artefacts: ArtefactStore,
  server: EmbeddingServer,
): EmbeddingSources {
  const { db } = deps;
  const load = async ({ artefact, versionId }: Promoted) =>
    server.embedder(await artefacts.open(artefact), String(versionId));
  return {
    async readTexts(domain, ids, { model, version }) {
      const promoted = await versionOf(db, model, version);
      if (promoted?.spec.text !== 'CUSTOMER') return readEventTexts(db, ids);
      return readCustomersInWords(deps, promoted, domain, ids);
    },
    async loadEmbedder(model, version) {
      const promoted = await versionOf(db, model, version);
      if (promoted) return load(promoted);
      throw new CameoError(
        'NOT_FOUND',
        `The embedding model "${model}" has no version ${version}.`,
      );
    },
    async promoted() {
      const active = await activeVersions(db);
      return Promise.all(
        active.map(async (promoted): Promise<Target> => {
          const { model, domain, versionId } = promoted;
          const { dimensions } = await load(promoted);
          return { model, domain, version: String(versionId), dimensions };
        }),
      );
    },
  };
}

/** As the version's training rows told of them, its language included: their texts change as they do. */
async function readCustomersInWords(
  deps: RowsDeps,
  { service, spec }: Promoted,
  domain: RowsRequest['domain'],
  customerIds: readonly number[],
): Promise<CustomerText[]> {
  const request = { domain, task: { kind: 'EMBED' as const }, ...asTaught(spec, service) };
  const rows = await buildPredictionRows(deps, request, customerIds);
  return rows.flatMap(({ customerId, text, textHash }) =>
    text === undefined || textHash === null ? [] : [{ customerId, text, textHash }],
  );
}

const VERSIONS = sql`select m.name as model, v.id as "versionId", d.key as domain, v.artefact,
    v.service, v.spec
  from model m join model_version v on v.model_id = m.id join domain d on d.id = m.domain_id`;

const activeVersions = (db: Queryable) =>
  db.query<Promoted>(sql`${VERSIONS} where m.kind = 'EMBED' and v.id = m.active_version_id
    and not exists (select from embedding_model e
      where e.model = m.name and e.version = v.id::text and e.domain = d.key)`);

async function versionOf(
  db: Queryable,
  model: string,
  version: string,
): Promise<Promoted | undefined> {
  const [found] = await db.query<Promoted>(
    sql`${VERSIONS} where m.name = ${model} and v.id::text = ${version}`,
  );
  return found;
}
