import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The peer is half a gigabyte: it is kept out of the project, and installed when it is first needed. */
const CACHE = join(homedir(), '.cache/cameo-bench');
const PACKAGE = '@huggingface/transformers';
const VERSION = '4.3.1';

/** How the peer is fed: so many texts a call, as they come or sorted by length by its caller. */
export interface Feeding {
  readonly size: number;
  readonly sorted: boolean;
}

export interface Timed {
  readonly ms: number;
  /** Of the first text. */
  readonly vector: number[];
}

/** @huggingface/transformers in a process of its own. */
export interface Peer {
  embed(texts: readonly string[], feeding: Feeding): Promise<Timed>;
  stop(): void;
}

export async function startPeer(models: string): Promise<Peer> {
  const entry = installPeer();
  const child = fork(fileURLToPath(new URL('./peer-child.mjs', import.meta.url)), [entry, models], {
    execArgv: [],
  });
  await next(child);
  return {
    async embed(texts, feeding) {
      child.send({ texts, feeding });
      return (await next(child)) as Timed;
    },
    stop: () => void child.kill(),
  };
}

async function next(child: ChildProcess): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the peer ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    ended.catch(() => {});
    waiting.abort();
  }
}

function installPeer(): string {
  const folder = join(CACHE, `transformers-${VERSION}`);
  const entry = join(folder, 'node_modules', PACKAGE, 'dist/transformers.node.mjs');
  if (!existsSync(entry)) {
    console.log(`installing ${PACKAGE} ${VERSION} into ${folder} ...`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
    execFileSync('npm', ['install', ...options, `${PACKAGE}@${VERSION}`], { cwd: folder });
  }
  return entry;
}
