import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFolderStore } from '../../../src/features/artefacts/folder-store.ts';
import { makeFolder } from './make-folder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cameo-artefacts-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const files = { 'config.json': '{}', 'weights/a.bin': 'aaa', 'weights/b.bin': 'bbb' };
const storeIn = () => createFolderStore(join(home, 'store'));

describe('an artefact', () => {
  it('is named by the hash of the lines that sha256sum prints for its files', async () => {
    const folder = makeFolder(home, 'model', files);
    // (cd model && sha256sum config.json weights/a.bin weights/b.bin | sha256sum)
    expect(await storeIn().publish(folder)).toBe(
      '13fe76f22d488894a36026ec8181f57f834ebae1cb2d292f008e0ea56cdcb099',
    );
  });

  it('is opened with the files that were published, whatever became of the folder', async () => {
    const store = storeIn();
    const folder = makeFolder(home, 'model', files);
    const hash = await store.publish(folder);
    rmSync(folder, { recursive: true });
    const opened = await store.open(hash);
    for (const [path, content] of Object.entries(files))
      expect(readFileSync(join(opened, path), 'utf8')).toBe(content);
  });

  it('is one, however often the same files are published', async () => {
    const store = storeIn();
    const hashes = await Promise.all(
      ['one', 'two', 'three'].map((name) => store.publish(makeFolder(home, name, files))),
    );
    expect(new Set(hashes).size).toBe(1);
    expect(readdirSync(join(home, 'store'))).toEqual([hashes[0]]);
  });

  it('is another when a file is named otherwise', async () => {
    const store = storeIn();
    const { 'config.json': content, ...rest } = files;
    const renamed = { ...rest, 'settings.json': content };
    const first = await store.publish(makeFolder(home, 'one', files));
    expect(await store.publish(makeFolder(home, 'two', renamed))).not.toBe(first);
  });

  it('with a file that was changed is refused, and mended by publishing it again', async () => {
    const store = storeIn();
    const folder = makeFolder(home, 'model', files);
    const hash = await store.publish(folder);
    writeFileSync(join(home, 'store', hash, 'weights/a.bin'), 'axa');
    await expect(store.open(hash)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await store.publish(folder);
    expect(readFileSync(join(await store.open(hash), 'weights/a.bin'), 'utf8')).toBe('aaa');
  });

  it('that is not there is NOT_FOUND, and what is no hash is BAD_INPUT', async () => {
    await expect(storeIn().open('0'.repeat(64))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(storeIn().open('../../etc')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('goes when it is removed, once and again', async () => {
    const store = storeIn();
    const hash = await store.publish(makeFolder(home, 'model', files));
    await store.remove(hash);
    await store.remove(hash);
    expect(await store.list()).toEqual([]);
    expect(readdirSync(join(home, 'store'))).toEqual([]);
  });
});

describe('publishing', () => {
  it('refuses an empty folder and one with a link', async () => {
    const empty = join(home, 'empty');
    mkdirSync(empty);
    await expect(storeIn().publish(empty)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const linked = makeFolder(home, 'linked', files);
    symlinkSync('/etc/hostname', join(linked, 'link'));
    await expect(storeIn().publish(linked)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await storeIn().list()).toEqual([]);
  });

  it('makes an old artefact young again', async () => {
    const store = storeIn();
    const folder = makeFolder(home, 'model', files);
    const hash = await store.publish(folder);
    utimesSync(join(home, 'store', hash), 1_000, 1_000);
    expect((await store.list())[0]?.at.getTime()).toBe(1_000_000);
    await store.publish(folder);
    expect((await store.list())[0]?.at.getTime()).toBeGreaterThan(1_000_000);
  });
});
