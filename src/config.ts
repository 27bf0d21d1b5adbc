import { resolve } from 'node:path';
import { z } from 'zod';

const flag = z
  .enum(['0', '1', 'true', 'false'])
  .transform((value) => value === '1' || value === 'true');

const environment = z
  .object({
    /** development: embedded defaults, a printed development key, loopback. production: none of these. */
    NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
    ROLE: z.enum(['all', 'api', 'worker', 'migrate']).default('all'),
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
    CAMEO_HOME: z.string().min(1).default('.cameo'),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    CAMEO_DEV_KEY: z.string().min(1).optional(),
    /** Whether an empty database gets the demo world; by default the embedded one in development does. */
    CAMEO_SEED: flag.optional(),
    CAMEO_NOW: z.iso.datetime({ offset: true }).optional(),
    CAMEO_LOG: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    /** A folder of .graphql documents; when set, only these run. */
    CAMEO_DOCUMENTS: z.string().min(1).optional(),
    CAMEO_DATA: z.string().min(1).default('../shared/data'),
  })
  .refine((env) => !(env.NODE_ENV === 'production' && env.CAMEO_NOW), {
    path: ['CAMEO_NOW'],
    message: 'is for tests: unset it in production',
  });

export interface Config {
  readonly mode: 'development' | 'production' | 'test';
  readonly role: 'all' | 'api' | 'worker' | 'migrate';
  readonly host: string;
  readonly port: number;
  /** Absolute folder of the embedded database, models and exports. */
  readonly home: string;
  /** Undefined: the embedded database under `home`. */
  readonly databaseUrl: string | undefined;
  readonly devKey: string | undefined;
  readonly seed: boolean;
  /** A fixed clock, for tests. */
  readonly now: Date | undefined;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly documents: string | undefined;
  readonly dataFolder: string;
}

/**
 * Reads the whole configuration from the environment, once; this file alone does.
 * @param overrides variables that count instead of the environment's: the command line's
 * @throws Error that names each variable that is wrong and why.
 */
export function readConfig(overrides: NodeJS.ProcessEnv = {}): Config {
  const parsed = environment.safeParse({ ...process.env, ...overrides });
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment is not usable:\n${lines.join('\n')}`);
  }
  const value = parsed.data;
  return Object.freeze({
    mode: value.NODE_ENV,
    role: value.ROLE,
    host: value.HOST,
    port: value.PORT,
    home: resolve(value.CAMEO_HOME),
    databaseUrl: value.DATABASE_URL,
    devKey: value.CAMEO_DEV_KEY,
    seed: value.CAMEO_SEED ?? (value.NODE_ENV === 'development' && !value.DATABASE_URL),
    now: value.CAMEO_NOW ? new Date(value.CAMEO_NOW) : undefined,
    logLevel: value.CAMEO_LOG,
    documents: value.CAMEO_DOCUMENTS,
    dataFolder: resolve(value.CAMEO_DATA),
  });
}
