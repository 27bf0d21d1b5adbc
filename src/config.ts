import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const flag = z
  .enum(['0', '1', 'true', 'false'])
  .transform((value) => value === '1' || value === 'true');

const S3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

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
    /** What trains and serves models; auto takes the best that runs here. */
    CAMEO_ML_BACKEND: z.enum(['auto', 'onnx', 'tfjs-node-gpu', 'wasm', 'cpu']).default('auto'),
    /** CPU threads of one training; by default all but one, which the API keeps. */
    CAMEO_ML_THREADS: z.coerce.number().int().min(1).max(256).optional(),
    /** What models are served on, the first that works: such as `cuda,cpu`. */
    CAMEO_ML_PROVIDERS: z
      .string()
      .default('cpu')
      .transform((list) => list.split(',').map((name) => name.trim()))
      .pipe(z.array(z.enum(['cpu', 'cuda', 'webgpu']))),
    /** A folder, or `s3://bucket/prefix`, which needs the AWS variables below. */
    CAMEO_ARTEFACTS: z.string().min(1).optional(),
    AWS_ENDPOINT_URL_S3: z.url({ protocol: /^https?$/ }).optional(),
    AWS_REGION: z.string().min(1).default('us-east-1'),
    AWS_ACCESS_KEY_ID: z.string().default(''),
    AWS_SECRET_ACCESS_KEY: z.string().default(''),
    CAMEO_PROTOTYPE: z.string().min(1).optional(),
  })
  .refine((env) => !(env.NODE_ENV === 'production' && env.CAMEO_NOW), {
    path: ['CAMEO_NOW'],
    message: 'is for tests: unset it in production',
  })
  .refine((env) => !env.CAMEO_ARTEFACTS?.includes('://') || S3.test(env.CAMEO_ARTEFACTS), {
    path: ['CAMEO_ARTEFACTS'],
    message: 'is a folder, or s3://bucket/prefix',
  })
  .refine(
    (env) =>
      !S3.test(env.CAMEO_ARTEFACTS ?? '') ||
      (env.AWS_ACCESS_KEY_ID !== '' && env.AWS_SECRET_ACCESS_KEY !== ''),
    {
      path: ['AWS_ACCESS_KEY_ID'],
      message: 'and AWS_SECRET_ACCESS_KEY must be set, as CAMEO_ARTEFACTS is a bucket',
    },
  );

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
  /** The installed prototype that benchmarks compare with; undefined: they leave it out. */
  readonly prototypeFolder: string | undefined;
  readonly ml: MlConfig;
}

export interface MlConfig {
  readonly backend: 'auto' | 'onnx' | 'tfjs-node-gpu' | 'wasm' | 'cpu';
  /** CPU threads of one training, and of serving. */
  readonly threads: number;
  /** What models are served on, the first that works; the last is the CPU. */
  readonly providers: readonly ('cpu' | 'cuda' | 'webgpu')[];
  /** Where artefacts are kept on this machine: all of them, or copies of those in the bucket. */
  readonly artefacts: string;
  readonly bucket: BucketConfig | undefined;
}

export interface BucketConfig {
  /** With the bucket's name as its path. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
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
    ml: mlConfig(value),
    prototypeFolder: value.CAMEO_PROTOTYPE && resolve(value.CAMEO_PROTOTYPE),
  });
}

function mlConfig(value: z.output<typeof environment>): MlConfig {
  const [, bucket, prefix = ''] = S3.exec(value.CAMEO_ARTEFACTS ?? '') ?? [];
  const folder = bucket ? undefined : value.CAMEO_ARTEFACTS;
  return {
    backend: value.CAMEO_ML_BACKEND,
    threads: value.CAMEO_ML_THREADS ?? Math.max(1, availableParallelism() - 1),
    providers: [...value.CAMEO_ML_PROVIDERS.filter((name) => name !== 'cpu'), 'cpu'],
    artefacts: resolve(folder ?? join(value.CAMEO_HOME, 'artefacts')),
    bucket: bucket ? bucketConfig(value, bucket, prefix) : undefined,
  };
}

function bucketConfig(
  value: z.output<typeof environment>,
  bucket: string,
  prefix: string,
): BucketConfig {
  const host = value.AWS_ENDPOINT_URL_S3 ?? `https://s3.${value.AWS_REGION}.amazonaws.com`;
  return {
    endpoint: `${host.replace(/\/+$/, '')}/${bucket}`,
    region: value.AWS_REGION,
    accessKeyId: value.AWS_ACCESS_KEY_ID,
    secretAccessKey: value.AWS_SECRET_ACCESS_KEY,
    prefix: prefix.replace(/\/*$/, prefix ? '/' : ''),
  };
}
