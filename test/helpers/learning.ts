import { cpSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { makeFolder } from '../features/artefacts/make-folder.ts';
import { startTestApi, type TestApi } from './api.ts';
import { followJob, followRun } from './subscribe.ts';
import { writeTinyBase } from './training-runs.ts';

/** An API that trains with Cameo's own engine, in a home with the base `tiny`. */
export interface LearningApi {
  readonly api: TestApi;
  ingest(events: readonly object[]): Promise<void>;
  label(task: string, labels: readonly object[]): Promise<void>;
  /** Trains in a process of its own, and follows the run to its end. */
  train(input: object): Promise<TrainedRun>;
  promote(version: string): Promise<void>;
  refreshPredictions(): Promise<void>;
  /** What is predicted of a customer, by its user_id. */
  predictionsOf(user: string): Promise<readonly Predicted[]>;
  stop(): Promise<void>;
}

export interface TrainedRun {
  readonly state: string;
  readonly refused: string | null;
  readonly error: string | null;
  readonly version: { readonly id: string; readonly metrics: Values; readonly baselines: Values };
}

interface Values {
  readonly [name: string]: Record<string, unknown>;
}

export interface Predicted {
  readonly task: string;
  readonly value: unknown;
  readonly probability: number | null;
  readonly reasons: readonly { name: string; text: string | null; contribution: number }[];
}

export async function startLearningApi(): Promise<LearningApi> {
  const home = makeFolder(tmpdir(), `cameo-learning-${process.pid}-kinds`, { readme: 'a home' });
  cpSync(await writeTinyBase(), join(home, 'models/tiny'), { recursive: true });
  const ml = {
    ...{ backend: 'onnx' as const, threads: 1, providers: ['cpu'] as const },
    ...{ artefacts: join(home, 'artefacts'), bucket: undefined },
  };
  const api = await startTestApi({ role: 'all', home, ml });
  return {
    api,
    async ingest(events) {
      await api.data(
        `mutation($events: [EventInput!]!) {
          eventsIngest(input: { domain: "retail", events: $events }) { accepted } }`,
        { events },
      );
    },
    async label(task, labels) {
      const { labelsImport } = await api.data(
        `mutation($input: LabelsImportInput!) {
          labelsImport(input: $input) { imported userErrors { message } } }`,
        { input: { domain: 'retail', task, labels } },
      );
      expect(labelsImport).toEqual({ imported: labels.length, userErrors: [] });
    },
    train: (input) => train(api, input),
    async promote(version) {
      const { modelPromote } = await api.data(
        `mutation { modelPromote(input: { version: "${version}" }) { userErrors { message } } }`,
      );
      expect(modelPromote.userErrors).toEqual([]);
    },
    refreshPredictions: () => refreshPredictions(api),
    async predictionsOf(user) {
      const { customer } = await api.data(`{
        customer(key: { identity: { kind: "user_id", value: "${user}" } }, domain: "retail") {
          predictions { task value probability reasons { name text contribution } } } }`);
      return customer.predictions;
    },
    async stop() {
      await api.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function train(api: TestApi, input: object): Promise<TrainedRun> {
  const { modelTrain } = await api.data(
    `mutation($input: ModelTrainInput!) { modelTrain(input: $input) {
      run { id } userErrors { field code message } } }`,
    { input: { domain: 'retail', base: 'tiny', source: { text: 'EVENTS' }, ...input } },
  );
  expect(modelTrain.userErrors).toEqual([]);
  const { id } = modelTrain.run;
  await followRun(api, id);
  const { trainingRun } = await api.data(`{ trainingRun(id: "${id}") {
    state refused error version { id metrics baselines } } }`);
  return trainingRun;
}

async function refreshPredictions(api: TestApi): Promise<void> {
  const { predictionsRefresh } = await api.data(
    'mutation { predictionsRefresh(input: {}) { job { id } userErrors { message } } }',
  );
  expect(predictionsRefresh.userErrors).toEqual([]);
  await followJob(api, predictionsRefresh.job.id);
  const { jobs } = await api.data('{ jobs(first: 100) { id name } }');
  for (const job of jobs) if (job.name === 'predict') await followJob(api, job.id);
}
