import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { S3mini } from 's3mini';
import { z } from 'zod';
import { CameoError } from '../../errors.ts';
import { hashOfFiles, isArtefactHash, manifestOf } from './manifest.ts';
import type { ArtefactStore, StoredArtefact } from './store.ts';

/** Where a bucket is, and who asks. */
export interface S3Place {
  /** With the bucket: `https://s3.eu-central-1.amazonaws.com/models`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of all keys; such as `cameo/`, or empty. */
  readonly prefix: string;
}

const manifestSchema = z.object({
  files: z.array(z.object({ path: z.string(), sha256: z.string() })).nonempty(),
});

const MANIFEST = 'manifest.json';

/**
 * Artefacts in a bucket of S3 or anything that speaks like it. `<hash>/manifest.json` is written last
 * and removed first: an artefact is there when its manifest is.
 * @param cache where opened artefacts are kept on this machine
 * @param scratch a folder for downloads under way
 */
export function createS3Store(
  place: S3Place,
  cache: ArtefactStore,
  scratch: string,
): ArtefactStore {
  const { prefix, ...config } = place;
  const client = new S3mini(config);
  const key = (hash: string, path: string) => `${prefix}${hash}/${path}`;
  return {
    async publish(folder) {
      const { hash, files } = await manifestOf(folder);
      await cache.publish(folder);
      // Whoever wrote the manifest wrote the files; writing it again makes it young.
      if (!(await client.objectExists(key(hash, MANIFEST)))) {
        for (const { path } of files)
          await client.putAnyObject(key(hash, `files/${path}`), await readFile(join(folder, path)));
      }
      await client.putObject(key(hash, MANIFEST), JSON.stringify({ files }), 'application/json');
      return hash;
    },
    async open(hash) {
      const kept = await cache.open(hash).catch((error: Error) => {
        // Not there, or broken: the bucket has it.
        if (error instanceof CameoError && error.code !== 'BAD_INPUT') return undefined;
        throw error;
      });
      return kept ?? download(client, { hash, key, cache, scratch });
    },
    list: () => listManifests(client, prefix),
    async remove(hash) {
      const files = await readManifest(client, key(hash, MANIFEST));
      await client.deleteObject(key(hash, MANIFEST));
      for (const { path } of files ?? []) await client.deleteObject(key(hash, `files/${path}`));
      await cache.remove(hash);
    },
  };
}

interface Download {
  readonly hash: string;
  readonly key: (hash: string, path: string) => string;
  readonly cache: ArtefactStore;
  readonly scratch: string;
}

async function download(client: S3mini, { hash, key, cache, scratch }: Download): Promise<string> {
  const files = await readManifest(client, key(hash, MANIFEST));
  if (!files) throw new CameoError('NOT_FOUND', `There is no artefact ${hash} in the bucket.`);
  if (hashOfFiles(files) !== hash) throw notAsPublished(hash);
  const folder = join(scratch, `.download-${randomUUID()}`);
  try {
    for (const { path } of files) {
      const content = await client.getObjectArrayBuffer(key(hash, `files/${path}`));
      if (!content) throw notAsPublished(hash);
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), Buffer.from(content));
    }
    if ((await manifestOf(folder)).hash !== hash) throw notAsPublished(hash);
    await cache.publish(folder);
    return await cache.open(hash);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const notAsPublished = (hash: string) =>
  new CameoError(
    'UNAVAILABLE',
    `The files of artefact ${hash} in the bucket are not those that were published. Restore them, or train anew.`,
  );

async function readManifest(client: S3mini, key: string) {
  const text = await client.getObject(key);
  return text === null ? undefined : manifestSchema.parse(JSON.parse(text)).files;
}

async function listManifests(client: S3mini, prefix: string): Promise<StoredArtefact[]> {
  const objects = (await client.listObjects('/', prefix)) ?? [];
  return objects.flatMap(({ Key, LastModified }) => {
    const [hash = '', name, ...more] = Key.slice(prefix.length).split('/');
    const isManifest = isArtefactHash(hash) && name === MANIFEST && more.length === 0;
    return isManifest ? [{ hash, at: new Date(LastModified) }] : [];
  });
}
