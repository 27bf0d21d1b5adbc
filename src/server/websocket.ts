import type { Server } from 'node:http';
import { type GraphQLError, type GraphQLSchema, specifiedRules, validate } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { limitRules } from './limits.ts';
import type { createMask } from './mask.ts';

interface SocketOptions<Context> {
  readonly schema: GraphQLSchema;
  readonly path: string;
  /** Builds the context of a connection. Throws when the caller may not in. */
  readonly contextFor: (authorization: string | undefined) => Promise<Context>;
  readonly mask: ReturnType<typeof createMask>;
  readonly allow: (document: string) => void;
}

/** One message may be this long; ingest goes over HTTP. */
const MAX_MESSAGE = 1024 * 1024;

/**
 * GraphQL over WebSocket (the graphql-transport-ws protocol) on the HTTP server's port. The key goes
 * into `connectionParams.authorization` or the upgrade request's Authorization header.
 * @returns a function that ends all subscriptions and closes the sockets.
 */
export function serveWebSocket<Context extends object>(
  server: Server,
  options: SocketOptions<Context>,
): () => Promise<void> {
  const sockets = new WebSocketServer({ server, path: options.path, maxPayload: MAX_MESSAGE });
  const masked = (error: GraphQLError) => options.mask(error.toJSON(), error);
  const disposable = useServer<Record<string, unknown>>(
    {
      schema: options.schema,
      validate: (schema, document) =>
        validate(schema, document, [...specifiedRules, ...limitRules]),
      onSubscribe: (_context, _id, payload) => {
        options.allow(payload.query);
      },
      context: (socket) =>
        options.contextFor(
          readAuthorization(socket.connectionParams) ?? socket.extra.request.headers.authorization,
        ) as Promise<Context & Record<string, unknown>>,
      onError: (_context, _id, _payload, errors) => errors.map(masked),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors && { data: result.data ?? null, errors: result.errors.map(masked) },
    },
    sockets,
  );
  return async () => {
    await disposable.dispose();
  };
}

function readAuthorization(parameters: Record<string, unknown> | undefined): string | undefined {
  const value = parameters?.authorization ?? parameters?.Authorization;
  return typeof value === 'string' ? value : undefined;
}
