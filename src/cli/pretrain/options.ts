import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';

export const HELP = `Pre-trains the base encoder. Killed, it goes on where it was when it is run again.

  npm run pretrain -- [--minutes 60 | --steps N]

  --minutes N      train for so long (default: 60); the learning rate falls to 0 over that time
  --steps N        train so many steps instead: the same seed then gives the same weights
  --threads N      CPU threads (default: all cores)
  --cache DIR      corpus, token files and checkpoint (default: .cameo/pretrain)
  --out DIR        where the model goes (default: models/base-encoder, with --t5 models/base-t5)
  --documents all|none   none: generated text alone, where Debian's packages cannot be had
  --data DIR       folder with banking77, cfpb and nlupp, whose texts are then read too
  --seed N         default: 1
  --t5             train the T5 sibling instead, by --steps (default: 4000)
  --help           this text

docs/base-models.md says what the text is, whose it is and how well the result does.`;

const OPTIONS = {
  minutes: { type: 'string', default: '60' },
  steps: { type: 'string' },
  threads: { type: 'string', default: String(availableParallelism()) },
  cache: { type: 'string', default: '.cameo/pretrain' },
  out: { type: 'string' },
  documents: { type: 'string', default: 'all' },
  data: { type: 'string' },
  seed: { type: 'string', default: '1' },
  t5: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;

const count = (name: string) =>
  z.coerce.number({ error: `--${name} must be a number.` }).positive(`--${name} must be above 0.`);

const schema = z.object({
  minutes: count('minutes'),
  steps: count('steps').int().optional(),
  threads: count('threads').int(),
  cache: z.string(),
  out: z.string().optional(),
  documents: z.enum(['all', 'none'], { error: '--documents must be all or none.' }),
  data: z.string().optional(),
  t5: z.boolean(),
  seed: z.coerce.number().int().nonnegative(),
});
export type PretrainOptions = z.infer<typeof schema> & { readonly out: string };

/**
 * @returns 'help' when help was asked for
 * @throws Error that says what is wrong with the command line
 */
export function readOptions(argv: readonly string[]): PretrainOptions | 'help' {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  if (values.help) return 'help';
  const parsed = schema.safeParse(values);
  if (parsed.success) {
    const out = parsed.data.out ?? `models/base-${parsed.data.t5 ? 't5' : 'encoder'}`;
    return { ...parsed.data, out };
  }
  throw new Error(parsed.error.issues.map(({ message }) => message).join(' '));
}
