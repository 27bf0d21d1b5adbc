import type { ErrorRequestHandler, RequestHandler } from 'express';

/** Whether Cameo can answer queries now. */
export type HealthProbe = () => Promise<boolean>;

/** 200 when Cameo can answer queries, else 503. */
export function answerHealth(isHealthy: HealthProbe): RequestHandler {
  return async (_request, response) => {
    const ok = await isHealthy();
    response.status(ok ? 200 : 503).json({ ok });
  };
}

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A web page elsewhere must not reach a developer's Cameo under a host name of its own that it
 * points to this machine (DNS rebinding).
 */
export const refuseForeignHosts: RequestHandler = (request, response, next) => {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (LOCAL.has(host)) next();
  else response.status(403).json(problem('FORBIDDEN', `The host "${host}" is not this machine.`));
};

/** What came in is no JSON, or too much of it: said in GraphQL's own shape. */
export const reportBodyErrors: ErrorRequestHandler = (error, _request, response, next) => {
  const { status, type } = error as { status?: number; type?: string };
  if (status === 413)
    response.status(413).json(problem('TOO_LARGE', 'The request is too large: send fewer events.'));
  else if (type === 'entity.parse.failed')
    response.status(400).json(problem('BAD_INPUT', 'The body of the request is not JSON.'));
  else if (status !== undefined && status < 500)
    response.status(status).json(problem('BAD_INPUT', 'The body of the request cannot be read.'));
  else next(error);
};

function problem(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}
