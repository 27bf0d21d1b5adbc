import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { downloadFile, fileDownloadInfo, HubApiError } from '@huggingface/hub';
import { hashFile } from '../../hash-file.ts';
import { readBertConfig } from '../../ml/bert/config.ts';
import { MlError } from '../../ml/errors.ts';

/** The files of a model folder; only the last may be missing from a repository. */
const FILES = ['config.json', 'tokenizer.json', 'model.safetensors', 'tokenizer_config.json'];
const OPTIONAL = 'tokenizer_config.json';

export interface PullOptions {
  /** `owner/name` on the hub. */
  readonly id: string;
  readonly revision: string;
  readonly hubUrl: string;
  /** Where the files go. */
  readonly folder: string;
  /** Bytes of a file that are there, of how many. */
  readonly onProgress: (file: string, done: number, size: number) => void;
}

/**
 * Downloads a model. Each file is fetched into `name.part` and takes its name when it is whole and
 * its checksum is right, so a broken download goes on where it was and never looks finished.
 * @throws MlError when the id is none, the hub cannot be reached, or the model is not a BERT encoder
 */
export async function pullModel(options: PullOptions): Promise<void> {
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(options.id))
    throw new MlError(
      'BAD_INPUT',
      `"${options.id}" is not a hub id such as BAAI/bge-small-zh-v1.5.`,
    );
  await mkdir(options.folder, { recursive: true });
  for (const file of FILES) {
    await pullFile(options, file).catch((cause) => {
      throw explained(cause, options, file);
    });
    // The small files come first: a model that Cameo cannot run is refused before its weights.
    if (file === 'config.json') await readBertConfig(options.folder);
  }
}

async function pullFile(options: PullOptions, file: string): Promise<void> {
  const { id, revision, hubUrl, folder, onProgress } = options;
  const where = { repo: id, path: file, revision, hubUrl };
  const info = await fileDownloadInfo(where);
  if (!info) {
    if (file === OPTIONAL) return;
    throw new MlError(
      'UNAVAILABLE',
      `${id} has no ${file}: choose a model that is stored as ${file}.`,
    );
  }
  const path = join(folder, file);
  if ((await sizeOf(path)) === info.size && (await readEtag(path)) === info.etag) {
    onProgress(file, info.size, info.size);
    return;
  }
  const part = await openPart(path, info.etag);
  let done = await sizeOf(part);
  if (done < info.size) {
    const blob = await downloadFile({ ...where, downloadInfo: info });
    if (!blob) throw new Error('the file went away');
    await pipeline(
      blob.slice(done).stream(),
      async function* count(chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          done += chunk.byteLength;
          onProgress(file, done, info.size);
          yield chunk;
        }
      },
      createWriteStream(part, { flags: 'a' }),
    );
  }
  await checkPart(part, info.size, info.etag, file);
  await rename(part, path);
  await rename(`${part}.etag`, `${path}.etag`);
}

/** The part file of this version; one of another version is thrown away. */
async function openPart(path: string, etag: string): Promise<string> {
  const part = `${path}.part`;
  if ((await readEtag(part)) !== etag) {
    await rm(part, { force: true });
    await writeFile(`${part}.etag`, etag);
  }
  return part;
}

function readEtag(path: string): Promise<string | undefined> {
  return readFile(`${path}.etag`, 'utf8').catch(() => undefined);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Large files' etag is their SHA-256. */
async function checkPart(part: string, size: number, etag: string, file: string): Promise<void> {
  const expected = /^"?([0-9a-f]{64})"?$/.exec(etag)?.[1];
  const right = (await sizeOf(part)) === size && (!expected || (await hashFile(part)) === expected);
  if (right) return;
  await rm(part, { force: true });
  throw new MlError('BAD_FILE', `${file} arrived damaged: run the same command again.`);
}

function explained(cause: unknown, { id, hubUrl, folder }: PullOptions, file: string): MlError {
  if (cause instanceof MlError) return cause;
  if (cause instanceof HubApiError && [401, 403, 404].includes(cause.statusCode))
    return new MlError(
      'UNAVAILABLE',
      `${hubUrl} has no public model "${id}" (${cause.statusCode}): check the id and the revision.`,
      { cause },
    );
  return new MlError(
    'UNAVAILABLE',
    `Cannot download ${file} of ${id} from ${hubUrl}: ${reasonOf(cause)}. Check the network and run the same ` +
      `command again: it goes on where it was. Or copy config.json, model.safetensors and ` +
      `tokenizer.json of the model into ${folder} by hand.`,
    { cause },
  );
}

/** fetch hides why it failed in the cause of its error. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: unknown };
  const inner = (cause as { message?: string } | undefined)?.message;
  return inner || message || String(error);
}
