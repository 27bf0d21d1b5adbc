import { existsSync } from 'node:fs';
import { systemActor } from '../auth.ts';
import { type Clock, systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { joinDatabase } from '../startup/database.ts';
import { ImportBrokeOff, importFile } from './import/import-file.ts';
import { HELP, type ImportOptions, readOptions } from './import/options.ts';
import { explainFailure, summarise } from './import/report.ts';

/** `npm run import`: 0 when the file is in, 1 when it is not, 130 when it was interrupted. */
async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === 'help') {
    console.log(HELP);
    return 0;
  }
  if (!existsSync(options.file)) throw new Error(`There is no file ${options.file}.`);
  return run(options);
}

async function run({ file, domain, mapping, environment }: ImportOptions): Promise<number> {
  const config = readConfig(environment);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const { db, close } = await joinDatabase(config, {
    say: (line) => console.error(line),
    max: 4,
  });
  const { now } = config;
  const clock: Clock = now ? { now: () => now } : systemClock;
  const deps = { db, clock, log: createLogger({ logLevel: 'warn', mode: config.mode }) };
  try {
    const request = { file, domain, mapping, out: process.stderr, signal: interrupt.signal };
    const result = await importFile(deps, systemActor('cli:import'), request);
    console.log(summarise(result));
    return result.finished ? 0 : 130;
  } finally {
    await close();
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error instanceof ImportBrokeOff ? explainFailure(error) : error.message);
    process.exit(1);
  },
);
