import { describe, expect, it } from '@jest/globals';
import { defaultFieldResolver, type GraphQLField } from 'graphql';
import { systemClock } from '../../src/clock.ts';
import { definitions } from '../../src/features/definitions/definitions.ts';
import { createFeatureStore } from '../../src/features/store/store.ts';
import { buildApi } from '../../src/resolvers/schema.ts';

const store = createFeatureStore({
  // Describing the definitions needs no database.
  db: { pool: undefined as never },
  clock: systemClock,
  definitions,
});
const schema = buildApi(store.list());

const fieldsOf = (
  type: { getFields(): Record<string, GraphQLField<unknown, unknown>> } | null | undefined,
) => Object.values(type?.getFields() ?? {});

describe('every operation of the schema has its resolver', () => {
  const operations = [
    ...fieldsOf(schema.getQueryType()),
    ...fieldsOf(schema.getMutationType()),
  ].map((field) => [field.name, field] as const);

  it.each(operations)('%s', (_name, field) => {
    expect(field.resolve).toBeDefined();
    expect(field.resolve).not.toBe(defaultFieldResolver);
  });

  it.each(fieldsOf(schema.getSubscriptionType()).map((field) => [field.name, field] as const))(
    '%s',
    (_name, field) => {
      expect(field.subscribe).toBeDefined();
    },
  );
});
