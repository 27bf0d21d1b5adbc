import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** In case that a process never comes to its place, nor to its end. */
const LONGEST_MS = 120_000;

/**
 * Starts a script in a process of its own, and kills it with -9 as soon as it says something.
 * @returns what it said
 */
export async function killOnceItSpeaks(script: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...{ timeout: LONGEST_MS, killSignal: 'SIGKILL' },
  });
  const ended = once(child, 'exit');
  const silent = ended.then(() => {
    throw new Error(`${script} ended before it said anything`);
  });
  const [said] = await Promise.race([once(child.stdout, 'data'), silent]);
  child.kill('SIGKILL');
  await ended;
  return String(said);
}
