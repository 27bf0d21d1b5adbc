import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cliPath, engineEnvironment } from './environment.mjs';

/**
 * Runs the Prisma CLI on a database, with our stand-in for its schema engine where the binary is
 * missing, and leaves the database when it ends.
 *
 * @param {string[]} args
 * @param {{ url: string, stop?(): Promise<void> }} database
 * @returns {Promise<number>} its exit status
 */
export async function runPrisma(args, database) {
  const child = spawn(process.execPath, [cliPath, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...engineEnvironment(), DATABASE_URL: database.url },
  });
  // Ctrl-C reaches the child by itself; we stay, to leave the database after it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  await database.stop?.();
  return code ?? 1;
}
