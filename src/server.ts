import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import type { GraphQLSchema } from 'graphql';
import { CameoError } from './errors.ts';
import type { Logger } from './logger.ts';
import { allowlistPlugin, readAllowlist, requireAllowed } from './server/documents.ts';
import {
  answerHealth,
  type HealthProbe,
  refuseForeignHosts,
  reportBodyErrors,
} from './server/http.ts';
import { LIMITS, limitRules, parseOptions } from './server/limits.ts';
import { createMask, refusal } from './server/mask.ts';
import { boundVariables } from './server/variables.ts';
import { serveWebSocket } from './server/websocket.ts';

interface ServerOptions<Context> {
  readonly schema: GraphQLSchema;
  /** Who calls, out of the Authorization header, and what serves them. Throws for strangers. */
  readonly contextFor: (authorization: string | undefined) => Promise<Context>;
  readonly log: Logger;
  readonly host: string;
  readonly port: number;
  /** Loopback only, a landing page with Apollo Sandbox, introspection. */
  readonly development: boolean;
  /** The folder of the documents that may run; absent: any may. */
  readonly documents: string | undefined;
  readonly isHealthy: HealthProbe;
}

export interface RunningServer {
  /** Of the GraphQL endpoint. */
  readonly url: string;
  /** Answers what has been asked, then closes. */
  stop(): Promise<void>;
}

const PATH = '/graphql';

/**
 * GraphQL over HTTP and WebSocket at /graphql, `GET /health` for probes.
 * @throws Error when the port is taken.
 */
export async function startServer<Context extends object>(
  options: ServerOptions<Context>,
): Promise<RunningServer> {
  const app = express().disable('x-powered-by');
  const http = createServer(app);
  const allowlist = options.documents ? readAllowlist(options.documents) : undefined;
  const mask = createMask(options.log);
  const closeSockets = serveWebSocket(http, {
    schema: options.schema,
    path: PATH,
    contextFor: options.contextFor,
    mask,
    allow: (document) => allowlist && requireAllowed(allowlist, document),
  });
  const apollo = new ApolloServer<Context>({
    schema: options.schema,
    introspection: options.development,
    parseOptions,
    validationRules: limitRules,
    formatError: mask,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: options.log,
    plugins: [
      ...(allowlist ? [allowlistPlugin<Context>(allowlist)] : []),
      ...pluginsFor<Context>(http, closeSockets, options.development),
    ],
  });
  await apollo.start();
  if (options.development) app.use(refuseForeignHosts);
  app.get('/health', answerHealth(options.isHealthy));
  app.use(
    PATH,
    express.json({ limit: LIMITS.body }),
    expressMiddleware(apollo, {
      context: ({ req }) => admit(options.contextFor(req.headers.authorization)),
    }),
  );
  app.use(reportBodyErrors);
  await listen(http, options.port, options.host);
  const { port } = http.address() as AddressInfo;
  return { url: `http://${options.host}:${port}${PATH}`, stop: () => apollo.stop() };
}

function pluginsFor<Context extends object>(
  httpServer: Server,
  closeSockets: () => Promise<void>,
  development: boolean,
): ApolloServerPlugin<Context>[] {
  return [
    boundVariables<Context>(LIMITS.variableDepth),
    ApolloServerPluginDrainHttpServer({ httpServer }),
    { serverWillStart: async () => ({ drainServer: closeSockets }) },
    ...(development ? [ApolloServerPluginLandingPageLocalDefault()] : []),
  ];
}

async function admit<Context>(context: Promise<Context>): Promise<Context> {
  return context.catch((error: unknown) => {
    throw error instanceof CameoError ? refusal(error) : error;
  });
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken: stop what listens there, or set PORT to another.`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken) : error);
    });
    server.listen(port, host, resolve);
  });
}
