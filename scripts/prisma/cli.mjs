// `npm run prisma -- ...`: the Prisma CLI on the database that Cameo would use.
import { command } from '../command.mjs';
import { resolveDatabase } from '../database-url.mjs';
import { runPrisma } from './run.mjs';

const args = process.argv.slice(2);
const needsDatabase = ['migrate', 'db', 'studio'].includes(args[0]) && !args.includes('--help');

await command(async () => {
  const url = process.env.DATABASE_URL ?? '';
  return runPrisma(args, needsDatabase ? await resolveDatabase() : { url });
});
