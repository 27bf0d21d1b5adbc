import { HELP, readOptions } from './pretrain/options.ts';
import { prepare } from './pretrain/prepare.ts';
import { prepareT5 } from './pretrain/prepare-t5.ts';
import { trainBase } from './pretrain/train.ts';
import { trainT5Base } from './pretrain/train-t5.ts';

/** `npm run pretrain`: text, vocabulary, token files, then training; each goes on where it was. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(HELP);
    return;
  }
  const { cache, data, documents, seed } = options;
  const corpus = {
    cache,
    documents: documents === 'all',
    say: (line: string) => console.log(line),
  };
  const from = { ...corpus, ...(data === undefined ? {} : { data }) };
  if (options.t5) await trainT5Base(options, await prepareT5(from, seed));
  else await trainBase(options, (await prepare(from, seed)).data);
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
