// `npm run prisma -- ...`: the Prisma CLI on the database that Cameo would use, with our stand-in
// for its schema engine where the binary is missing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolveDatabase } from '../database-url.mjs';
import { cliPath, engineEnvironment } from './environment.mjs';

const args = process.argv.slice(2);
const offline = args.includes('--help') || !['migrate', 'db', 'studio'].includes(args[0]);
const database = offline ? { url: process.env.DATABASE_URL } : await resolveDatabase();

const child = spawn(process.execPath, [cliPath, ...args], {
  stdio: 'inherit',
  env: { ...process.env, ...engineEnvironment(), DATABASE_URL: database.url ?? '' },
});
// Ctrl-C reaches the child by itself; we wait for it, to leave the database after it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
const [code] = await once(child, 'exit');
await database.stop?.();
process.exitCode = code ?? 1;
