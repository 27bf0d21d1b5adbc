import { pino } from 'pino';
import { startCameo } from '../../src/cameo.ts';
import { readConfig } from '../../src/config.ts';

/** Migrates the database and fills it with the demo world, features and segments included. */
export async function prepareDemo(url: string): Promise<void> {
  const config = readConfig({ DATABASE_URL: url, ROLE: 'migrate', CAMEO_SEED: '1' });
  const never = new AbortController().signal;
  const cameo = await startCameo(config, pino({ level: 'warn' }), never);
  await cameo.stop();
}
