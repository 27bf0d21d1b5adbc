// Seconds to embed 10,000 customers anew through the job, from their texts in the database to rows of
// vectors: Cameo with its worker, the base encoder as the promoted model.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sql from 'sql-template-tag';
import { systemActor } from '../../src/auth.ts';
import { startCameo } from '../../src/cameo.ts';
import { readConfig } from '../../src/config.ts';
import { createFolderStore } from '../../src/features/artefacts/folder-store.ts';
import { activateEmbeddingModel } from '../../src/features/embeddings/models.ts';
import { ingestEvents } from '../../src/features/events/ingest.ts';
import type { Services } from '../../src/features/services.ts';
import { startPostgres } from '../../src/postgres/start.ts';
import { report } from '../helpers/figures.ts';
import { benchTexts, prepareModel } from './model.ts';

const CUSTOMERS = Number(process.argv[2] ?? 10_000);
const AT_ONCE = 5_000;
const actor = systemActor('bench');

/** One text a customer. */
async function fill(services: Services, texts: readonly string[]): Promise<void> {
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    const events = texts.slice(from, from + AT_ONCE).map((text, i) => ({
      ...{ messageId: `m${from + i}`, type: 'review', text },
      occurredAt: new Date(Date.UTC(2026, 0, 1) + from + i),
      identities: [{ kind: 'user_id', value: `u${from + i}` }],
    }));
    await ingestEvents(services, actor, { domain: 'retail', events });
  }
}

/** The model, its version and its files, as a promoted training leaves them. */
async function promote(services: Services, home: string, folder: string): Promise<void> {
  const artefact = await createFolderStore(join(home, 'artefacts')).publish(folder);
  const [version] = await services.db.query<{ id: number; dimensions: number }>(sql`
    with m as (
      insert into model (name, domain_id, kind, training)
      select 'texts', id, 'EMBED', '{}' from domain where key = 'retail' returning id
    )
    insert into model_version (model_id, number, data_hash, rows, code_version, spec,
      hyperparameters, metrics, baselines, winner, decided_by, artefact)
    select id, 1, 'bench', '{}', 'bench', '{}', '{}', '{}', '{}', 'model', 'loss', ${artefact} from m
    returning id`);
  await services.db.query(sql`update model set active_version_id = ${version?.id}`);
  const target = {
    model: 'texts',
    version: String(version?.id),
    dimensions: 256,
    domain: 'retail',
  };
  await activateEmbeddingModel(services.db, target, services.clock.now());
}

/** Milliseconds from the request to the job's end. */
async function refresh(services: Services): Promise<number> {
  const began = performance.now();
  const { id } = await services.queue.refreshEmbeddings(actor, 'texts');
  for (;;) {
    const [job] = await services.db.query<{ state: string; error: string | null }>(
      sql`select state, error from job_run where id = ${id}::uuid`,
    );
    if (job?.state === 'FAILED') throw new Error(job.error ?? 'the job failed');
    if (job?.state === 'DONE') return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const home = mkdtempSync(join(tmpdir(), 'cameo-embed-customers-'));
const postgres = await startPostgres({ dataDir: join(home, 'postgres') });
const model = await prepareModel(2);
const config = readConfig({
  ...{ DATABASE_URL: postgres.url, ROLE: 'worker', CAMEO_HOME: home, CAMEO_SEED: '0' },
  ...{ CAMEO_ML_THREADS: '2' },
});
const cameo = await startCameo(config, pino({ level: 'warn' }), new AbortController().signal);
try {
  await fill(cameo.services, benchTexts(model.tokenizer, CUSTOMERS, 11));
  await promote(cameo.services, home, model.small);
  const seconds = (await refresh(cameo.services)) / 1_000;
  const [{ count } = { count: 0 }] = await cameo.services.db.query<{ count: number }>(
    sql`select count(*)::int as count from embedding`,
  );
  if (count !== CUSTOMERS) throw new Error(`${count} of ${CUSTOMERS} customers have an embedding`);
  report({
    bench: `re-embed ${CUSTOMERS} customers, texts to stored vectors`,
    figure: `${seconds.toFixed(1)} s (${Math.round(CUSTOMERS / seconds)} customers/s)`,
    bar: '< 60 s',
    met: seconds < 60,
  });
} finally {
  await cameo.stop();
  await model.remove();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
