import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type PullOptions, pullModel } from '../../../src/cli/models/pull.ts';

const config = JSON.stringify({
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 8,
  vocab_size: 10,
  max_position_embeddings: 8,
});
const weights = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256));

/** A hub of one public model: what its endpoint does with ranges, etags and missing files. */
interface Hub {
  readonly url: string;
  readonly files: Map<string, Buffer>;
  readonly ranges: string[];
  /** Breaks a download off after so many bytes of it. */
  breakAfter: number;
  /** Sends other bytes than the checksum is of. */
  damaged: boolean;
  close(): Promise<void>;
}

async function openHub(): Promise<Hub> {
  const files = new Map([
    ['config.json', Buffer.from(config)],
    ['tokenizer.json', Buffer.from('{"model":{}}')],
    ['model.safetensors', weights],
  ]);
  const ranges: string[] = [];
  const server: Server = createServer((request, response) => {
    const [, id, file] = /^\/(acme\/tiny)\/resolve\/main\/(.*)$/.exec(request.url ?? '') ?? [];
    if (id === undefined || file === undefined) {
      response.writeHead(401, { 'X-Error-Code': 'RepoNotFound' }).end();
      return;
    }
    const bytes = files.get(file);
    if (!bytes) {
      response.writeHead(404, { 'X-Error-Code': 'EntryNotFound' }).end();
      return;
    }
    const [, from = '0', to = String(bytes.length - 1)] =
      /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
    const end = Math.min(Number(to || bytes.length - 1), bytes.length - 1);
    const body = Buffer.from(bytes.subarray(Number(from), end + 1));
    if (hub.damaged && body.length > 1) body[0] = (body[0] ?? 0) ^ 1;
    if (body.length > 1) ranges.push(`${file} ${from}`);
    response.writeHead(206, {
      ETag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
      'Content-Range': `bytes ${from}-${end}/${bytes.length}`,
      'Content-Length': body.length,
    });
    if (body.length <= hub.breakAfter) response.end(body);
    else response.write(body.subarray(0, hub.breakAfter), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: Hub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    ranges,
    breakAfter: Number.POSITIVE_INFINITY,
    damaged: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hub;
}

describe('pulling a model', () => {
  let hub: Hub;
  let folder: string;
  let progress: string[];
  let options: PullOptions;
  beforeEach(async () => {
    hub = await openHub();
    folder = join(await mkdtemp(join(tmpdir(), 'cameo-pull-')), 'acme/tiny');
    progress = [];
    options = {
      id: 'acme/tiny',
      revision: 'main',
      hubUrl: hub.url,
      folder,
      onProgress: (file, done, size) => progress.push(`${file} ${done}/${size}`),
    };
  });
  afterEach(() => hub.close());

  it('downloads the files of a model folder, whole, and says how far it is', async () => {
    await pullModel(options);
    expect(weights.equals(await readFile(join(folder, 'model.safetensors')))).toBe(true);
    expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe(config);
    expect(progress).toContain(`model.safetensors ${weights.length}/${weights.length}`);
    expect(existsSync(join(folder, 'tokenizer_config.json'))).toBe(false);
  });

  it('goes on where a broken download stopped', async () => {
    hub.breakAfter = 120_000;
    await expect(pullModel(options)).rejects.toThrow(
      /Cannot download model\.safetensors .*goes on/,
    );
    expect(existsSync(join(folder, 'model.safetensors'))).toBe(false);
    hub.breakAfter = Number.POSITIVE_INFINITY;
    hub.ranges.length = 0;
    await pullModel(options);
    const [, from] = hub.ranges.find((range) => range.startsWith('model'))?.split(' ') ?? [];
    expect(Number(from)).toBeGreaterThan(0);
    expect(weights.equals(await readFile(join(folder, 'model.safetensors')))).toBe(true);
  });

  it('fetches nothing twice', async () => {
    await pullModel(options);
    hub.ranges.length = 0;
    await pullModel(options);
    expect(hub.ranges).toEqual([]);
  });

  it('fetches a file that changed on the hub again', async () => {
    await pullModel(options);
    const other = Buffer.from(weights).reverse();
    hub.files.set('model.safetensors', other);
    await pullModel(options);
    expect(other.equals(await readFile(join(folder, 'model.safetensors')))).toBe(true);
  });

  it('does not take bytes whose checksum is wrong', async () => {
    hub.damaged = true;
    await expect(pullModel(options)).rejects.toThrow(/config\.json arrived damaged/);
    expect(existsSync(join(folder, 'config.json'))).toBe(false);
  });

  it('refuses a model that is no BERT encoder before its weights', async () => {
    hub.files.set('config.json', Buffer.from('{"model_type":"gpt2"}'));
    await expect(pullModel(options)).rejects.toThrow(/not the config of a BERT encoder/);
    expect(hub.ranges.some((range) => range.startsWith('model'))).toBe(false);
  });

  it('says when the model has no safetensors weights', async () => {
    hub.files.delete('model.safetensors');
    await expect(pullModel(options)).rejects.toThrow(/acme\/tiny has no model\.safetensors/);
  });

  it('says when there is no such model', async () => {
    await expect(pullModel({ ...options, id: 'acme/none' })).rejects.toThrow(
      /no public model "acme\/none" \(401\)/,
    );
  });

  it('says when the hub cannot be reached, and what to do', async () => {
    await hub.close();
    await expect(pullModel(options)).rejects.toThrow(
      /Cannot download config\.json .*ECONNREFUSED.*Check the network.*by hand/s,
    );
  });

  it.each(['../../etc', 'a/b/c', '', 'a b'])('refuses %p as an id', async (id) => {
    await expect(pullModel({ ...options, id })).rejects.toThrow(/not a hub id/);
  });

  it('leaves a part of another version behind', async () => {
    hub.breakAfter = 120_000;
    await expect(pullModel(options)).rejects.toThrow();
    hub.breakAfter = Number.POSITIVE_INFINITY;
    const other = Buffer.from(weights).reverse();
    hub.files.set('model.safetensors', other);
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await pullModel(options);
    expect(other.equals(await readFile(join(folder, 'model.safetensors')))).toBe(true);
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
  });
});
