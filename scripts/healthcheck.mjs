// A container's health: the API answers that it is well; a worker, which answers nobody, reaches
// its database.
import pg from 'pg';

const checks = { api: checkApi, all: checkApi, worker: checkDatabase, migrate: checkDatabase };

try {
  await checks[process.env.ROLE ?? 'all']();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function checkApi() {
  const { status } = await fetch(`http://127.0.0.1:${process.env.PORT ?? 4000}/health`);
  if (status !== 200) throw new Error(`/health answered ${status}`);
}

async function checkDatabase() {
  const connectionString = process.env.DATABASE_URL;
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 4000 });
  await client.connect();
  await client.query('SELECT FROM _prisma_migrations LIMIT 1');
  await client.end();
}
