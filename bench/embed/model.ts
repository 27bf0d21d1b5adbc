import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBertConfig } from '../../src/ml/bert/config.ts';
import { bertWeights } from '../../src/ml/bert/parameters.ts';
import { normalise } from '../../src/ml/bert/pooling.ts';
import { writeSamples } from '../../src/ml/pretrain/text/write.ts';
import { publishModel } from '../../src/ml/serve/publish.ts';
import { loadTokenizer } from '../../src/ml/tokenizer/load.ts';
import type { Tokenizer } from '../../src/ml/tokenizer/tokenizer.ts';
import { readSafetensors } from '../../src/ml/weights/safetensors.ts';

const BASE = fileURLToPath(new URL('../../models/base-encoder', import.meta.url));
const MAX_LENGTH = 128;

/** The base encoder as an embedding model, and as transformers.js looks for it. */
export interface BenchModel {
  /** Served in fp32. */
  readonly full: string;
  /** Served in eight bits. */
  readonly small: string;
  /** A folder with the model `encoder`, whose onnx/model.onnx is the very file of `full`. */
  readonly peer: string;
  readonly tokenizer: Tokenizer;
  remove(): Promise<void>;
}

export async function prepareModel(threads: number): Promise<BenchModel> {
  const root = await mkdtemp(join(tmpdir(), 'cameo-embed-'));
  const [full, small, peer] = [join(root, 'full'), join(root, 'small'), join(root, 'peer')];
  const layout = join(peer, 'encoder/onnx');
  for (const folder of [full, small, layout]) await mkdir(folder, { recursive: true });
  const [config, tokenizer] = [await readBertConfig(BASE), await loadTokenizer(BASE)];
  for (const folder of [full, small, join(peer, 'encoder')])
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
      await copyFile(join(BASE, name), join(folder, name));
  const report = await publishModel(small, {
    model: { text: { config, pooling: 'mean' } },
    weights: bertWeights(config, await readSafetensors(join(BASE, 'model.safetensors'))),
    // What transformers.js pools by itself, and what Cameo has the graph pool.
    outputs: (_p, { pooled, hidden }) => ({
      vector: normalise(pooled),
      ...(hidden && { last_hidden_state: hidden }),
    }),
    manifest: {
      task: { kind: 'EMBED', labels: [], name: 'texts' },
      ...{ maxLength: MAX_LENGTH, dimensions: config.hidden_size },
    },
    tokenizer,
    samples: benchTexts(tokenizer, 64, 5).map((text, at) => ({
      ...{ id: `${at}`, group: `${at}`, at: '2026-01-01T00:00:00Z', text },
    })),
    threads,
  });
  if (!report.accepted) throw new Error('The eight-bit encoder is too far from the full one.');
  await copyFile(join(small, 'cameo.json'), join(full, 'cameo.json'));
  await copyFile(join(small, 'model.onnx'), join(full, 'model.onnx'));
  await copyFile(join(small, 'model.onnx'), join(layout, 'model.onnx'));
  await writeFile(join(peer, 'package.json'), '{}');
  return { full, small, peer, tokenizer, remove: () => rm(root, { recursive: true }) };
}

const MEAN_TOKENS = 24;

/** `count` different texts of customers, Chinese and English, with 24 tokens each on average. */
export function benchTexts(tokenizer: Tokenizer, count: number, seed: number): string[] {
  const texts = new Set<string>();
  let tokens = 0;
  for (const { text } of writeSamples(seed, 40 * count)) {
    const { length } = tokenizer.encode(text, { maxLength: MAX_LENGTH });
    // A text that would take the mean away from where it is to be is left out.
    const off = tokens - MEAN_TOKENS * texts.size;
    if (texts.has(text) || off * (length - MEAN_TOKENS) > 0) continue;
    texts.add(text);
    tokens += length;
    if (texts.size === count) break;
  }
  if (texts.size < count) throw new Error(`only ${texts.size} different texts`);
  return [...texts];
}
