import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import type { GraphQLError, ParseOptions, ValidationContext, ValidationRule } from 'graphql';

/** The bounds of one request. Past them it is refused before anything runs. */
export const LIMITS = {
  /** Bytes of a request's body. */
  body: 64 * 1024 * 1024,
  /** Lexical tokens of a document: stops deep or endless ones while they are being read. */
  tokens: 2_000,
  /** Nested selections. */
  depth: 12,
  aliases: 30,
  directives: 50,
  /** Points: 2 an object, 1 a scalar, times `first` or `last`, more the deeper. */
  cost: 500_000,
  /** Nested lists and objects in variables. */
  variableDepth: 64,
} as const;

export const parseOptions: ParseOptions = { maxTokens: LIMITS.tokens };

/** Reported like any other mistake in a document. */
const reported = {
  exposeLimits: true,
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) => context?.reportError(error),
  ],
};

/** Rules for HTTP and WebSocket alike. */
export const limitRules: ValidationRule[] = [
  maxDepthRule({ n: LIMITS.depth, ignoreIntrospection: true, ...reported }),
  maxAliasesRule({ n: LIMITS.aliases, ...reported }),
  maxDirectivesRule({ n: LIMITS.directives, ...reported }),
  costLimitRule({ maxCost: LIMITS.cost, ...reported }),
] as ValidationRule[];

/** Whether a JSON value nests deeper than `limit`; looks no further than that. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit <= 0) return true;
  return Object.values(value).some((part) => isDeeperThan(part, limit - 1));
}
