import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CameoError } from '../../errors.ts';
import { isArtefactHash, type Manifest, manifestOf } from './manifest.ts';
import type { ArtefactStore, StoredArtefact } from './store.ts';

/** What is being written, or thrown away, beside the artefacts. */
const TEMPORARY = '.tmp-';
const DAY_MS = 86_400_000;

/** Artefacts as folders of one folder, each named by its hash. */
export function createFolderStore(root: string): ArtefactStore {
  const place = (hash: string) => {
    if (isArtefactHash(hash)) return join(root, hash);
    throw new CameoError('BAD_INPUT', `"${hash}" is not the hash of an artefact.`);
  };
  return {
    async publish(folder) {
      const manifest = await manifestOf(folder);
      const target = place(manifest.hash);
      if (await holds(target, manifest.hash)) {
        const now = Date.now() / 1_000;
        await utimes(target, now, now);
      } else await copyWhole(folder, target, manifest);
      return manifest.hash;
    },
    async open(hash) {
      const folder = place(hash);
      if (!existsSync(folder))
        throw new CameoError('NOT_FOUND', `There is no artefact ${hash} in ${root}.`);
      if (await holds(folder, hash)) return folder;
      throw new CameoError(
        'UNAVAILABLE',
        `The files of artefact ${hash} are not those that were published. Restore ${folder} from a backup, or train anew.`,
      );
    },
    list: () => listFolders(root),
    async remove(hash) {
      await discard(place(hash), root);
    },
  };
}

async function holds(folder: string, hash: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const found = await manifestOf(folder).catch((error: Error) => {
    if (error instanceof CameoError) return undefined;
    throw error;
  });
  return found?.hash === hash;
}

/** Copies to a temporary folder, makes sure that it is on the disk, and gives it its name. */
async function copyWhole(folder: string, target: string, manifest: Manifest): Promise<void> {
  const root = dirname(target);
  const temporary = join(root, `${TEMPORARY}${randomUUID()}`);
  try {
    await mkdir(root, { recursive: true });
    await sweep(root);
    await cp(folder, temporary, { recursive: true });
    const copied = await manifestOf(temporary);
    if (copied.hash !== manifest.hash)
      throw new CameoError('CONFLICT', `The files in ${folder} changed while they were published.`);
    await syncAll(temporary, manifest);
    await takePlace(temporary, target, manifest.hash);
    await sync(root);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new CameoError('UNAVAILABLE', `There is no room left on the disk of ${root}.`);
    throw error;
  }
}

/** Others may publish the same at the same time: one of the copies gets the name, the rest go. */
async function takePlace(temporary: string, target: string, hash: string): Promise<void> {
  for (;;) {
    if (await holds(target, hash)) return rm(temporary, { recursive: true, force: true });
    // One that is there but broken makes room.
    if (existsSync(target)) await discard(target, dirname(target));
    const { code } = await rename(temporary, target).then(
      () => ({ code: undefined }),
      (error: NodeJS.ErrnoException) => error,
    );
    if (code === undefined) return;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST')
      throw Object.assign(new Error(`${temporary} cannot become ${target}: ${code}`), { code });
  }
}

async function syncAll(folder: string, { files }: Manifest): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(join(folder, path))));
  for (const { path } of files) await sync(join(folder, path));
  for (const path of [...folders, folder]) await sync(path);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Out of sight in one step, then away: a reader never sees half of it. */
async function discard(folder: string, root: string): Promise<void> {
  const temporary = join(root, `${TEMPORARY}${randomUUID()}`);
  const moved = await rename(folder, temporary).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  if (moved) await rm(temporary, { recursive: true, force: true });
}

/** What processes that were killed left half-written a day ago or earlier. */
async function sweep(root: string): Promise<void> {
  const names = await readdir(root);
  for (const name of names.filter((each) => each.startsWith(TEMPORARY))) {
    const path = join(root, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > DAY_MS) await rm(path, { recursive: true, force: true });
  }
}

async function listFolders(root: string): Promise<StoredArtefact[]> {
  const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found: StoredArtefact[] = [];
  for (const hash of names.filter(isArtefactHash)) {
    found.push({ hash, at: (await stat(join(root, hash))).mtime });
  }
  return found;
}
