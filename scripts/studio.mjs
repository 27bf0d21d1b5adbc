// `npm run studio`: Prisma Studio on the database that Cameo would use, running or not.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { applyMigrations } from '../src/postgres/migrate.ts';
import { freePort } from '../src/postgres/port.ts';
import { command } from './command.mjs';
import { resolveDatabase } from './database-url.mjs';
import { forward } from './forward.mjs';
import { runPrisma } from './prisma/run.mjs';

const help = `Opens Prisma Studio on Cameo's database.

  npm run studio -- [options]

  --port N       where to listen (5555)
  --host H       on which address; without it on loopback alone. Studio asks for no password
  --browser B    the browser to open, or none; none where there is no desktop`;
const migrationsDir = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

await command(async () => {
  const { values: options } = parseArgs({
    options: {
      port: { type: 'string', default: '5555' },
      host: { type: 'string' },
      browser: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (options.help) return console.log(help);
  const database = await resolveDatabase();
  try {
    // The embedded database is ours to bring up to date; one of yours is yours.
    if (!process.env.DATABASE_URL) await applyMigrations({ url: database.url, migrationsDir });
    return await open(options, database);
  } finally {
    await database.stop();
  }
});

async function open({ host, port, browser = hasDesktop() ? undefined : 'none' }, database) {
  const choice = browser ? ['--browser', browser] : [];
  if (!host) return runPrisma(['studio', '--port', port, ...choice], database);
  // Studio itself listens on loopback and nowhere else.
  const target = await freePort();
  const server = forward({ host, port: Number(port), target });
  console.log(`Forwarding http://${host}:${port}`);
  return runPrisma(['studio', '--port', `${target}`, ...choice], database).finally(() =>
    server.close(),
  );
}

/** Whether a browser could show: not on a server, over ssh or in a container. */
function hasDesktop() {
  if (!process.stdout.isTTY || process.env.CI || process.env.SSH_CONNECTION) return false;
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
