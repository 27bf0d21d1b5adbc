import { type Logger as PinoLogger, pino } from 'pino';
import type { Config } from './config.ts';

export type Logger = PinoLogger;

/** Paths that could hold a secret or personal data; their values never reach a log line. */
const REDACTED = [
  'key',
  'authorization',
  'password',
  'databaseUrl',
  'identities',
  'traits',
  'text',
  'properties',
  '*.key',
  '*.authorization',
  '*.password',
  '*.identities',
  '*.traits',
  '*.text',
  '*.properties',
];

/** JSON lines in production; short readable lines on a developer's terminal. */
export function createLogger(config: Pick<Config, 'logLevel' | 'mode'>): Logger {
  const pretty = config.mode === 'development';
  return pino({
    level: config.logLevel,
    redact: { paths: REDACTED, censor: '[redacted]' },
    base: null,
    ...(pretty && {
      transport: {
        target: 'pino-pretty',
        options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname', singleLine: true },
      },
    }),
  });
}
