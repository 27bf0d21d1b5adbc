import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { MlError } from '../ml/errors.ts';
import { createProgress } from '../startup/progress.ts';
import { pullModel } from './models/pull.ts';

const HELP = `Downloads a BERT-type encoder from the Hugging Face hub, to train from or to embed with.

  npm run models:pull -- ID [--revision main] [--hub https://huggingface.co] [--home DIR]

ID is such as BAAI/bge-small-zh-v1.5, of a model that anyone may read. The model goes to
<home>/models/ID; broken off, the download goes on where it was when it is run again.`;

const OPTIONS = {
  revision: { type: 'string', default: 'main' },
  hub: { type: 'string', default: 'https://huggingface.co' },
  home: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [id] = positionals;
  if (values.help || id === undefined) {
    console.log(HELP);
    return;
  }
  const home = values.home ?? readConfig(process.env).home;
  const folder = join(home, 'models', id);
  const bars = new Map<string, ReturnType<typeof createProgress>>();
  await pullModel({
    id,
    folder,
    revision: values.revision,
    hubUrl: values.hub,
    onProgress: (file, done, size) => {
      const bar = bars.get(file) ?? createProgress(file, size, process.stdout);
      bars.set(file, bar);
      bar.update(done, `${(done / 1e6).toFixed(1)} of ${(size / 1e6).toFixed(1)} MB`);
      if (done === size) bar.stop();
    },
  });
  console.log(`The model is in ${folder}.`);
}

await main().catch((error: Error) => {
  console.error(error instanceof MlError ? error.message : error);
  process.exitCode = 1;
});
