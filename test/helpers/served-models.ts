import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bertConfig } from '../../src/ml/bert/config.ts';
import { initialBertWeights } from '../../src/ml/bert/parameters.ts';
import { normalise } from '../../src/ml/bert/pooling.ts';
import { normalFrom } from '../../src/ml/random.ts';
import type { Outputs } from '../../src/ml/serve/explain/graphs.ts';
import type { ServedRow } from '../../src/ml/serve/inputs.ts';
import type { Manifest } from '../../src/ml/serve/manifest.ts';
import { publishModel } from '../../src/ml/serve/publish.ts';
import { classifyTask } from '../../src/ml/tasks/classify.ts';
import { headTask } from '../../src/ml/tasks/combine.ts';
import { fusionShapes, initialFusion } from '../../src/ml/tasks/fusion.ts';
import { type ModelShape, memberPrefix } from '../../src/ml/tasks/model.ts';
import { multiLabelTask } from '../../src/ml/tasks/multi-label.ts';
import { regressTask } from '../../src/ml/tasks/regress.ts';
import { initialHead } from '../../src/ml/tasks/task.ts';
import { createTokenizer } from '../../src/ml/tokenizer/load.ts';
import { BERT_SPECIAL, bertDefinition } from '../../src/ml/tokenizer/train/bert-definition.ts';
import type { Weights } from '../../src/ml/weights/weights.ts';

const WORDS = [
  'good',
  'bad',
  'very',
  'late',
  'refund',
  'the',
  'box',
  '##es',
  '##ly',
  '好',
  '快',
  '递',
];
const definition = bertDefinition([...BERT_SPECIAL, ...WORDS]);
export const tinyTokenizer = createTokenizer(definition, {}, 'the tiny tokenizer');

export const tinyConfig = bertConfig.parse({
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 64,
  vocab_size: BERT_SPECIAL.length + WORDS.length,
  max_position_embeddings: 32,
});
const text = { config: tinyConfig, pooling: 'mean' } as const;

/** A row with a text, features or both. */
export function servedRow(id: string, shown: Pick<ServedRow, 'text' | 'features'>): ServedRow {
  return { id, group: id, at: '2026-01-01T00:00:00Z', ...shown };
}

export const sampleTexts = ['good box', 'very bad', 'the boxes late', 'refund', '好快递', ''];

/** Chance weights, large enough that every word makes a difference. */
export function lively(weights: Weights, seed: number): Weights {
  const normal = normalFrom(seed);
  for (const { shape, data } of weights.values())
    if (shape.length > 1) for (let i = 0; i < data.length; i++) data[i] = 0.25 * normal();
  return weights;
}

export const tinyManifest: Manifest = {
  task: { kind: 'CLASSIFY', labels: ['no', 'yes', 'maybe'], name: 'mood' },
  maxLength: 16,
};

export const classifier = classifyTask({ classes: 3, width: 32 });

export function classifierWeights(seed: number): Weights {
  const weights = initialBertWeights(tinyConfig, seed);
  for (const [name, shape] of classifier.shapes)
    weights.set(name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  return lively(weights, seed);
}

export interface Tiny {
  readonly model: ModelShape;
  readonly weights: Weights;
  readonly outputs: Outputs;
  readonly further?: readonly Outputs[];
  readonly manifest: Manifest;
}

export function tinyClassifier(seed: number, manifest: Manifest = tinyManifest): Tiny {
  const outputs = classifier.outputs as Outputs;
  return { model: { text }, weights: classifierWeights(seed), outputs, manifest };
}

/** The same with further heads: several of two labels, and a value. */
export function tinyHeads(seed: number): Tiny {
  const scale = { log: false, mean: 10, deviation: 2 };
  const tasks = [
    headTask('tags', multiLabelTask({ labels: 2, width: 32 })),
    headTask('value', regressTask({ width: 32, scale, delta: 1 })),
  ];
  const tiny = tinyClassifier(seed);
  for (const { shapes } of tasks)
    for (const [name, weight] of lively(initialHead(shapes, seed), seed + 1))
      tiny.weights.set(name, weight);
  const heads = [
    { task: { kind: 'MULTI_LABEL' as const, labels: ['fast', 'cheap'], name: 'tags' } },
    { task: { kind: 'REGRESS' as const, labels: [], name: 'value' }, scale },
  ];
  return {
    ...tiny,
    further: tasks.map(({ outputs }) => outputs as Outputs),
    manifest: { ...tiny.manifest, heads },
  };
}

export function tinyEmbedder(seed: number): Tiny {
  return {
    model: { text },
    weights: lively(initialBertWeights(tinyConfig, seed), seed),
    outputs: (_p, { pooled }) => ({ vector: normalise(pooled) }),
    manifest: {
      task: { kind: 'EMBED', labels: [], name: 'texts' },
      ...{ maxLength: 16, dimensions: tinyConfig.hidden_size },
    },
  };
}

/** Two numbers and a category, with a text or without, to a value; encoders side by side. */
export function tinyRegression(seed: number, withText: boolean, members = 1): Tiny {
  const features = { numbers: 4, tables: [4], width: 16 };
  const scale = { log: false, mean: 10, deviation: 2 };
  const task = regressTask({ width: members * features.width, scale, delta: 1 });
  const model: ModelShape = { ...(withText && { text }), features, members };
  const weights: Weights = lively(initialHead(task.shapes, seed), seed);
  const fusion = fusionShapes(features, withText ? tinyConfig.hidden_size : 0);
  for (let member = 0; member < members; member++) {
    const own = initialFusion(fusion, seed + member);
    const encoder = withText ? initialBertWeights(tinyConfig, seed) : [];
    for (const [name, weight] of [...encoder, ...lively(own, seed + member)])
      weights.set(memberPrefix(member) + name, weight);
  }
  lively(weights, seed);
  const number = (name: string) => ({
    kind: 'number' as const,
    name,
    log: false,
    mean: 0,
    deviation: 1,
  });
  return {
    ...{ model, weights, outputs: task.outputs as Outputs },
    manifest: {
      task: { kind: 'REGRESS', labels: [], name: 'value' },
      ...(withText && { maxLength: 16 }),
      features: {
        columns: [
          number('orders'),
          { kind: 'category', name: 'city', vocabulary: ['Rome', 'Wuhan'] },
          number('age'),
        ],
      },
      background: [
        [0.1, 'Rome', -1],
        [-0.4, 'Wuhan', 0.5],
        [null, null, 1.5],
      ],
      scale,
    },
  };
}

/** A new folder with a published model; the caller removes it. */
export async function writeModelFolder(tiny: Tiny): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cameo-model-'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(definition));
  const features = tiny.manifest.background?.[0];
  const samples = sampleTexts.map((sample, at) =>
    servedRow(`sample ${at}`, {
      ...(tiny.model.text && { text: sample }),
      ...(features && { features: [...features] }),
    }),
  );
  await publishModel(folder, { ...tiny, tokenizer: tinyTokenizer, samples, threads: 1 });
  return folder;
}
