import { z } from 'zod';
import { type PredictDeps, predictShard } from '../features/models/predict/predict-shard.ts';
import { type ServingModel, servingModels } from '../features/models/predict/serving.ts';
import { cutShards } from '../features/models/predict/shards.ts';
import { defineJob, type Job } from './define.ts';
import { enqueue } from './queue.ts';

const shardPayload = z.strictObject({
  versionId: z.number().int(),
  after: z.number().int(),
  upTo: z.number().int(),
});

/** Asks one version about the customers of one shard. Killed, it is done again, once. */
export const createPredict = (predicting: PredictDeps) =>
  defineJob({
    name: 'predict',
    payload: shardPayload,
    async run(task, { finish, signal }) {
      const write = await predictShard(predicting, task);
      signal.throwIfAborted();
      if (write) await finish(write);
    },
  });

const refreshPayload = z.strictObject({
  /** The model's name; all that predict when absent. */
  model: z.string().optional(),
});

export interface RefreshOptions {
  /** Customers a shard; 500 when absent. */
  readonly shardSize?: number;
}

/** Cuts the customers of each model that predicts into shards, for any number of workers. */
export const createPredictionRefresh = (
  { store }: Pick<PredictDeps, 'store'>,
  predict: Job<z.input<typeof shardPayload>>,
  { shardSize = 500 }: RefreshOptions = {},
) =>
  defineJob({
    name: 'refresh-predictions',
    payload: refreshPayload,
    async run({ model: name }, { deps, finish, jobRunId }) {
      const { services } = await store.state();
      const fits = ({ service, serviceVersion }: ServingModel) =>
        service === null || services.get(service)?.version === serviceVersion;
      const wanted = (await servingModels(deps.db)).filter(
        (model) => name === undefined || model.name === name,
      );
      for (const { name: model, service } of wanted.filter((each) => !fits(each)))
        deps.log.warn(
          { model, service },
          'its feature service has changed: it has to be trained anew',
        );
      await finish(async (tx) => {
        for (const { versionId, domainId } of wanted.filter(fits)) {
          for (const shard of await cutShards(tx, domainId, shardSize)) {
            const key = `predict:${jobRunId}:${versionId}:${shard.after}`;
            await enqueue(tx, predict, { versionId, ...shard }, { key });
          }
        }
      });
    },
  });
