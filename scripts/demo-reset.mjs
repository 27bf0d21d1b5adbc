// `npm run demo:reset`: deletes the embedded database, so that the next start makes and seeds one.

import { homeLockHolder } from '../src/postgres/home-lock.ts';
import { removePostgres } from '../src/postgres/remove.ts';
import { command } from './command.mjs';
import { home } from './database-url.mjs';

await command(async () => {
  if (process.env.DATABASE_URL) {
    throw new Error(
      'DATABASE_URL is set, and only the embedded database is deleted here. Unset it, or empty your own with `npm run prisma -- migrate reset`.',
    );
  }
  const holder = homeLockHolder(home);
  if (holder) {
    throw new Error(`Cameo runs on ${home} (process ${holder}). Stop it first: kill ${holder}`);
  }
  await removePostgres({ dataDir: home });
  console.log(`cameo: the database in ${home} is gone; \`npm start\` makes a new one.`);
});
