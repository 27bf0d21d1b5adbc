import { parseArgs } from 'node:util';

export const HELP = `Starts Cameo: database, API, worker and schedules in one process.

  npm start -- [options]

  --port N        where the API listens (PORT, 4000)
  --host H        on which address (HOST, 127.0.0.1)
  --home DIR      folder of the embedded database, models and exports (CAMEO_HOME, .cameo)
  --role R        all, api, worker or migrate (ROLE, all)
  --no-seed       leave an empty database empty (CAMEO_SEED=0)
  --help          this text

Environment: DATABASE_URL (use that PostgreSQL instead of the embedded one), CAMEO_DEV_KEY (the
development key; a random one is made otherwise), CAMEO_DOCUMENTS (a folder of .graphql documents:
only these may run), CAMEO_ML_BACKEND, CAMEO_ML_THREADS, CAMEO_ML_PROVIDERS, CAMEO_ARTEFACTS
(docs/models.md), CAMEO_LOG (info), CAMEO_NOW (a fixed clock, for tests), NODE_ENV=production.

Other commands: npm run import, keys, studio, prisma, demo:reset; each has --help.`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  home: { type: 'string' },
  role: { type: 'string' },
  'no-seed': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * The command line as environment variables, which it overrides.
 * @returns 'help' when help was asked for.
 * @throws Error that names an unknown option.
 */
export function readOptions(argv: readonly string[]): NodeJS.ProcessEnv | 'help' {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  if (values.help) return 'help';
  return {
    ...(values.port !== undefined && { PORT: values.port }),
    ...(values.host !== undefined && { HOST: values.host }),
    ...(values.home !== undefined && { CAMEO_HOME: values.home }),
    ...(values.role !== undefined && { ROLE: values.role }),
    ...(values['no-seed'] && { CAMEO_SEED: '0' }),
  };
}
