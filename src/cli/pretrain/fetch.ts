import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Source } from './sources.ts';

const run = promisify(execFile);

/** The folder with the package's files, downloaded by apt the first time and unpacked. */
export async function fetchSource(source: Source, cache: string): Promise<string> {
  const folder = join(cache, 'packages', source.package);
  const done = join(folder, '.complete');
  if ((await readdir(folder).catch(() => [] as string[])).includes('.complete')) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await (source.source ? fetchSourcePackage : fetchBinaryPackage)(source.package, folder);
  await writeFile(done, '');
  return folder;
}

async function fetchBinaryPackage(name: string, folder: string): Promise<void> {
  await apt(['download', name], folder);
  for (const file of await filesEnding(folder, '.deb')) {
    await command('dpkg-deb', ['-x', file, '.'], folder);
    await rm(join(folder, file));
  }
}

/** Needs no deb-src line in the system's own configuration: a list of its own holds it. */
async function fetchSourcePackage(name: string, folder: string): Promise<void> {
  const lists = join(folder, 'lists');
  const own = join(folder, 'own.list');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await writeFile(own, 'deb-src http://deb.debian.org/debian bookworm main\n');
  const options = [`Dir::State::Lists=${lists}`, 'Dir::Etc::sourceparts=/dev/null'];
  const flags = [...options, `Dir::Etc::sourcelist=${own}`].flatMap((option) => ['-o', option]);
  await apt([...flags, 'update'], folder);
  await apt([...flags, 'source', '--download-only', name], folder);
  for (const file of await filesEnding(folder, '.orig.tar.gz'))
    await command('tar', ['-xzf', file], folder);
}

async function filesEnding(folder: string, ending: string): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith(ending));
}

function apt(args: readonly string[], folder: string): Promise<void> {
  return command('apt-get', args, folder);
}

async function command(program: string, args: readonly string[], cwd: string): Promise<void> {
  await run(program, [...args], { cwd, maxBuffer: 2 ** 26 }).catch((cause: Error) => {
    throw new Error(
      `${program} ${args.join(' ')} failed: the openly licensed texts come from Debian's packages ` +
        `and need apt with a network (--documents none trains on generated text alone).\n${cause.message}`,
      { cause },
    );
  });
}
