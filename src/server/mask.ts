import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CameoError, type ErrorCode } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** Codes of the transport and of the language itself: their messages say nothing of our insides. */
const OPEN_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * What the caller learns of an error: expected ones as they are, with their code; all others only
 * a reference to the log line that this writes.
 */
export function createMask(log: Logger) {
  return (formatted: GraphQLFormattedError, raw: unknown): GraphQLFormattedError => {
    const cause = causeOf(raw);
    if (cause instanceof CameoError) return shown(formatted, cause);
    if (isUnstorable(cause)) return shown(formatted, UNSTORABLE);
    if (isUnavailable(cause)) return unavailable(formatted, log, cause);
    const code = String(formatted.extensions?.code ?? '');
    if (OPEN_CODES.has(code)) return formatted;
    return hidden(formatted, log, cause);
  };
}

/** What a resolver threw, the making of the context failed with, or a refusal stands for. */
function causeOf(raw: unknown): unknown {
  const cause = (raw instanceof GraphQLError && raw.originalError) || raw;
  // graphql-js wraps what is no Error of its own realm (a worker's, a test's).
  return (cause as { thrownValue?: unknown } | undefined)?.thrownValue ?? cause;
}

function shown(formatted: GraphQLFormattedError, error: CameoError): GraphQLFormattedError {
  const extensions = { code: error.code, ...(error.field && { field: error.field }) };
  return { ...formatted, message: error.message, extensions };
}

const UNSTORABLE = new CameoError(
  'BAD_INPUT',
  'A text in the request has a NUL character in it, which no stored text can have.',
);

/** Postgres takes no NUL in text (22021) nor \u0000 in jsonb (22P05). */
function isUnstorable(error: unknown): boolean {
  return ['22021', '22P05'].includes((error as { code?: string } | undefined)?.code ?? '');
}

const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE']);

/** The database is away: refused or broken connections, and Postgres classes 08 and 57P0x. */
function isUnavailable(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  if (CONNECTION_CODES.has(code) || /^(08|57P0)/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect/.test(message);
}

function unavailable(formatted: GraphQLFormattedError, log: Logger, error: unknown) {
  log.warn({ err: error }, 'the database is away');
  const message = 'The database is not reachable at the moment. Nothing was lost; try again.';
  return { ...formatted, message, extensions: { code: 'UNAVAILABLE' } };
}

function hidden(formatted: GraphQLFormattedError, log: Logger, error: unknown) {
  const reference = randomUUID();
  log.error({ err: error, reference }, 'a request failed');
  const message = `Something broke inside Cameo. Its log has the details under ${reference}.`;
  return { ...formatted, message, extensions: { code: 'INTERNAL_SERVER_ERROR', reference } };
}

const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  TOO_LARGE: 413,
};

/** For what ends a request before it runs: the error with the HTTP status that it is answered with. */
export function refusal(error: CameoError): GraphQLError {
  const status = HTTP_STATUS[error.code] ?? 400;
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { code: error.code, http: { status } },
  });
}
