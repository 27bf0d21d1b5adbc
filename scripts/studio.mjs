// `npm run studio`: Prisma Studio on the database that Cameo would use, running or not.
import { fileURLToPath } from 'node:url';
import { applyMigrations } from '../src/postgres/migrate.ts';
import { command } from './command.mjs';
import { resolveDatabase } from './database-url.mjs';
import { runPrisma } from './prisma/run.mjs';

const args = process.argv.slice(2);
const migrationsDir = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

await command(async () => {
  const database = await resolveDatabase();
  try {
    // The embedded database is ours to bring up to date; one of yours is yours.
    if (!process.env.DATABASE_URL) await applyMigrations({ url: database.url, migrationsDir });
    const browser = hasDesktop() || args.includes('--browser') ? [] : ['--browser', 'none'];
    return await runPrisma(['studio', ...browser, ...args], database);
  } finally {
    await database.stop();
  }
});

/** Whether a browser could show: not on a server, over ssh or in a container. */
function hasDesktop() {
  if (!process.stdout.isTTY || process.env.CI || process.env.SSH_CONNECTION) return false;
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
