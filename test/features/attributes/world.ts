import sql from 'sql-template-tag';
import { isFinished } from '../../../src/features/jobs/run.ts';
import type { Predicted, Predictor } from '../../../src/features/models/predictor.ts';
import { featureValuesOf } from '../../../src/features/serving/feature-values.ts';
import { createPredict, createPredictionRefresh } from '../../../src/jobs/predictions.ts';
import { enqueue } from '../../../src/jobs/queue.ts';
import { makeFolder } from '../artefacts/make-folder.ts';
import { type ModelWorld, makeModelWorld } from '../models/world.ts';

/** What a version of a test says of a text: its own task's answer, then those of its further tasks. */
type Says = (text: string) => Omit<Predicted, 'reasons'>[];

/** An age band where the text tells one, and interests. */
const says =
  (band: string): Says =>
  (text) => [
    text.includes('young')
      ? { value: band, probability: 0.9, uncertainty: 0.2 }
      : { value: null, probability: 0.4, uncertainty: 0.9 },
    {
      ...{ task: 'interests', several: true, probability: 0.8, uncertainty: 0.3 },
      value: text.includes('sporty') ? ['sports'] : [],
    },
  ];

/** A model that says so of age bands and interests. */
export const portrait = (band: string) => ({
  ...{ model: 'portrait', task: 'age_band', further: ['interests'], says: says(band) },
});

/** The features of age bands. */
export const NAMES = [
  'attributes:age_band',
  'attributes:age_band_confidence',
  'attributes:age_band_version',
];

/** As a predictor gives what a version says. */
export function answers(said: ReturnType<Says>): Predicted {
  const [own, ...further] = said.map((one) => ({ ...one, reasons: [] }));
  return { ...(own as Predicted), further };
}

export interface AttributeWorld extends ModelWorld {
  /** A customer's features as [value, status]; now, or at an instant. */
  features(customer: number, names?: readonly string[], at?: string): Promise<[unknown, string][]>;
  /** The texts that versions were asked about since this was emptied. */
  readonly asked: string[];
  /** Puts a version of a text-to-text model in place and makes it the active one; its id. */
  publish(input: NewVersion): Promise<number>;
  /** Makes a version the active one again. */
  activate(version: number): Promise<void>;
  /** Refreshes predictions (of all models) with one worker, shard by shard; in how many attempts each. */
  refresh(model?: string): Promise<number[]>;
}

interface NewVersion {
  readonly model: string;
  readonly task: string;
  readonly further?: readonly string[];
  readonly kind?: 'GENERATE' | 'CLASSIFY' | 'REGRESS';
  readonly says: Says;
}

/** Text-to-text models that answer by a function. */
export async function makeAttributeWorld(): Promise<AttributeWorld> {
  const base = await makeModelWorld();
  const versions = new Map<string, Says>();
  const asked: string[] = [];
  const predictor: Predictor = {
    predict: async (folder, rows) => {
      asked.push(...rows.map(({ text = '' }) => text));
      const says = [...versions].find(([artefact]) => folder.includes(artefact))?.[1];
      return rows.map(({ text = '' }) => answers(says?.(text) ?? []));
    },
  };
  const predict = createPredict({ ...base, predictor });
  const job = createPredictionRefresh(base, predict, { shardSize: 2 });
  const activate = async (version: number) => {
    await base.db.query(sql`
      update model m set active_version_id = v.id, promoted_at = ${base.clock.now()}
      from model_version v where v.id = ${version} and m.id = v.model_id`);
  };
  return {
    ...base,
    ...{ asked, activate, predictor, jobs: { ...base.jobs, predict, refresh: job } },
    async publish({ model, task, further = [], kind = 'GENERATE', says }) {
      const folder = makeFolder(base.home, `v${versions.size}`, {
        'cameo.json': `${versions.size}`,
      });
      const artefact = await base.artefacts.publish(folder);
      versions.set(artefact, says);
      const domain = await base.domain('retail');
      const hyperparameters = { tasks: further.map((name) => ({ name })) };
      const spec = { text: 'EVENTS', task: { kind, labels: [], name: task } };
      const [row] = await base.db.query<{ id: number }>(sql`
        with m as (
          insert into model (name, domain_id, kind, labels, training)
          values (${model}, ${domain}, ${kind}::"TaskKind", ${task}, '{}')
          on conflict (name) do update set labels = excluded.labels returning id)
        insert into model_version (model_id, number, data_hash, rows, code_version, spec,
          hyperparameters, metrics, baselines, winner, decided_by, artefact)
        select id, 1 + (select count(*) from model_version v where v.model_id = m.id), '', '{}', 'test',
          ${JSON.stringify(spec)}, ${JSON.stringify(hyperparameters)}, '{}', '{}', 'model', 'x',
          ${artefact} from m
        returning id`);
      await activate(row?.id ?? 0);
      return row?.id ?? 0;
    },
    async features(customer, names = NAMES, at) {
      const [values = []] = await featureValuesOf(base.store, [customer], {
        names,
        ...(at !== undefined && { at: new Date(at) }),
      });
      return values.map(({ value, status }) => [value, status]);
    },
    async refresh(model) {
      const { id } = await enqueue(base.db, job, model === undefined ? {} : { model });
      const worker = await base.work([job, predict]);
      await base.until(id, isFinished);
      const attempts = await attemptsOf(base, id);
      await worker.stop();
      return attempts;
    },
  };
}

/** Once the shards of a refresh that has been cut are done, in their order: in how many attempts each. */
export async function attemptsOf({ db, until }: ModelWorld, refreshId: string): Promise<number[]> {
  const shards = await db.query<{ id: string }>(sql`
    select id from job_run where starts_with(key, ${`predict:${refreshId}:`})
    order by (payload->>'after')::int`);
  const done = await Promise.all(shards.map(({ id }) => until(id, isFinished)));
  return done.map(({ attempts }) => attempts);
}
