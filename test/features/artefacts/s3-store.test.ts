import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFolderStore } from '../../../src/features/artefacts/folder-store.ts';
import { createS3Store } from '../../../src/features/artefacts/s3-store.ts';
import { type FakeS3, startFakeS3 } from './fake-s3.ts';
import { makeFolder } from './make-folder.ts';

let home: string;
let s3: FakeS3;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'cameo-s3-'));
  s3 = await startFakeS3();
});
afterEach(async () => {
  await s3.close();
  rmSync(home, { recursive: true, force: true });
});

/** The store as one of several machines has it. */
function machine(name: string, secretAccessKey = 'secret') {
  const cache = join(home, name);
  const place = {
    ...{ endpoint: s3.endpoint, region: 'auto', prefix: 'cameo/' },
    ...{ accessKeyId: 'key', secretAccessKey },
  };
  return createS3Store(place, createFolderStore(cache), cache);
}

const files = { 'config.json': '{"a":1}', 'weights/a b.bin': 'aaa' };

describe('an artefact in a bucket', () => {
  it('that one machine has published is opened by another, and then kept there', async () => {
    const hash = await machine('one').publish(makeFolder(home, 'model', files));
    const other = machine('two');
    const folder = await other.open(hash);
    for (const [path, content] of Object.entries(files))
      expect(readFileSync(join(folder, path), 'utf8')).toBe(content);
    const asked = s3.requests.length;
    expect(await other.open(hash)).toBe(folder);
    expect(s3.requests).toHaveLength(asked);
    expect(readdirSync(join(home, 'two'))).toEqual([hash]);
  });

  it('is there once its manifest is, which comes last and goes first', async () => {
    const store = machine('one');
    const hash = await store.publish(makeFolder(home, 'model', files));
    const puts = s3.requests.filter((request) => request.startsWith('PUT'));
    expect(puts.at(-1)).toBe(`PUT cameo/${hash}/manifest.json`);
    await store.remove(hash);
    const deletes = s3.requests.filter((request) => request.startsWith('DELETE'));
    expect(deletes[0]).toBe(`DELETE cameo/${hash}/manifest.json`);
    expect([...s3.objects]).toEqual([]);
    await expect(store.open(hash)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is written once', async () => {
    const folder = makeFolder(home, 'model', files);
    const hash = await machine('one').publish(folder);
    const isFile = (request: string) => request.startsWith(`PUT cameo/${hash}/files/`);
    const before = s3.requests.filter(isFile).length;
    await machine('two').publish(folder);
    expect(s3.requests.filter(isFile)).toHaveLength(before);
  });

  it('whose files were changed is refused, and leaves nothing behind', async () => {
    const hash = await machine('one').publish(makeFolder(home, 'model', files));
    s3.objects.set(`cameo/${hash}/files/config.json`, Buffer.from('{"a":2}'));
    await expect(machine('two').open(hash)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(readdirSync(join(home, 'two'))).toEqual([]);
  });

  it('is listed with the time of its manifest; other keys are not', async () => {
    const store = machine('one');
    s3.objects.set('cameo/notes.txt', Buffer.from(''));
    const hash = await store.publish(makeFolder(home, 'model', files));
    expect(await store.list()).toEqual([{ hash, at: new Date('2026-01-02T03:04:05.000Z') }]);
  });
});
