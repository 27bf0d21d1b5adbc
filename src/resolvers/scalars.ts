import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLJSON, GraphQLSafeInt } from 'graphql-scalars';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

function parseInstant(value: unknown): Date {
  if (value instanceof Date) return value;
  const instant = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : undefined;
  if (instant && !Number.isNaN(instant.getTime())) return instant;
  throw new GraphQLError(
    `A DateTime is an RFC 3339 text such as "2026-01-31T08:00:00Z", not ${JSON.stringify(value)}.`,
  );
}

/** Instants. Out: UTC with milliseconds. In: any offset; far-off years are the operation's to judge. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => parseInstant(value).toISOString(),
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

const DURATION = /^\d{1,9}[smhd]$/;

function parseLength(value: unknown): string {
  if (typeof value === 'string' && DURATION.test(value)) return value;
  throw new GraphQLError(
    `A Duration is a whole number and a unit (s, m, h, d), such as "30d", not ${JSON.stringify(value)}.`,
  );
}

/** "30d", "12h", "90m", "5s": stays a text, the domain reads it. */
export const Duration = new GraphQLScalarType<string, string>({
  name: 'Duration',
  serialize: (value) => parseLength(value),
  parseValue: parseLength,
  parseLiteral: (node) => parseLength(node.kind === Kind.STRING ? node.value : undefined),
});

export const scalars = { DateTime, Duration, JSON: GraphQLJSON, SafeInt: GraphQLSafeInt };
