import { HELP, readOptions } from './pretrain/options.ts';
import { prepare } from './pretrain/prepare.ts';
import { trainBase } from './pretrain/train.ts';

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
  const prepared = await prepare({ ...corpus, ...(data === undefined ? {} : { data }) }, seed);
  await trainBase(options, prepared.data);
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
