import { once } from 'node:events';
import { startCameo } from './cameo.ts';
import { readConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { HELP, readOptions } from './startup/options.ts';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(HELP);
    return;
  }
  const config = readConfig(options);
  const stopping = new AbortController();
  // The second Ctrl-C finds no listener and ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const cameo = await startCameo(config, createLogger(config), stopping.signal);
  if (cameo.api) console.log(cameo.api.banner);
  if (config.role !== 'migrate' && !stopping.signal.aborted) await once(stopping.signal, 'abort');
  await cameo.stop();
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    if (error.name === 'AbortError') process.exit(0);
    console.error(`\nCameo could not start. ${error.message}\n`);
    process.exit(1);
  },
);
