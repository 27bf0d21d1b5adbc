// From `npm start` to the first answered query: the first start (database made, migrated, seeded) and
// later ones. Wall-clock time of this machine, so no ratio: the bar is an absolute one.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { median, report } from '../helpers/figures.ts';

const ROUNDS = 5;
const BAR_SECONDS = 5;
const PORT = 4390;
const KEY = 'bench-development-key';
const QUERY = JSON.stringify({
  query: '{ customers(first: 1) { nodes { id } } health { status } }',
});

const home = mkdtempSync(join(tmpdir(), 'cameo-start-'));

async function answers(): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${PORT}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
      body: QUERY,
    });
    const { data } = (await response.json()) as { data?: { customers: { nodes: unknown[] } } };
    return data?.customers.nodes.length === 1;
  } catch {
    return false;
  }
}

/** Seconds from the command to the first answer. */
async function startOnce(): Promise<number> {
  const began = performance.now();
  const child = spawn('npm', ['start'], {
    env: { ...process.env, PORT: String(PORT), CAMEO_HOME: home, CAMEO_DEV_KEY: KEY },
    stdio: 'ignore',
    detached: true,
  });
  while (!(await answers())) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
    await delay(20);
  }
  const seconds = (performance.now() - began) / 1_000;
  await stop(child);
  return seconds;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  await ended;
}

try {
  const first = await startOnce();
  console.log(`first start, with 2,000 seeded customers: ${first.toFixed(1)} s`);
  const later: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) later.push(await startOnce());
  const seconds = median(later);
  report({
    bench: 'second start to first answer',
    figure: `${seconds.toFixed(2)} s (first start ${first.toFixed(1)} s)`,
    bar: `< ${BAR_SECONDS} s`,
    met: seconds < BAR_SECONDS,
  });
} finally {
  rmSync(home, { recursive: true, force: true });
}
