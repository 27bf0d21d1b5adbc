import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { summarise } from '../../../src/features/access/summarise.ts';

describe('summarise', () => {
  it('keeps ids, names and sizes', () => {
    expect(
      summarise({
        input: {
          key: 'vip',
          name: 'Very important',
          members: [{ id: '1' }, { id: '2' }],
          rule: { trait: { name: 'email', op: 'EQ', value: 'ada@example.org' } },
        },
      }),
    ).toEqual({
      input: {
        key: 'vip',
        name: 'Very important',
        members: { count: 2 },
        rule: { trait: { name: 'string', op: 'string', value: 'string' } },
      },
    });
  });

  it('keeps which customers a merge was about, by id and by kind of identity', () => {
    const into = { id: '7' };
    const from = { identity: { kind: 'email', value: 'ada@example.org' } };
    expect(summarise({ input: { into, from } })).toEqual({
      input: { into: { id: '7' }, from: { identity: { kind: 'email', value: 'string' } } },
    });
  });

  it('never keeps what is in traits, properties, texts or lists of objects', () => {
    const secret = 'xSECRETx';
    const free = fc.dictionary(
      fc.constantFrom('id', 'name', 'key', 'kind', 'deep'),
      fc.constant(secret),
    );
    const inputs = fc.record({
      traits: free,
      properties: fc.oneof(free, fc.array(free)),
      text: fc.constant(secret),
      identities: fc.array(fc.record({ kind: fc.constant('email'), value: fc.constant(secret) })),
      events: fc.array(fc.record({ name: fc.constant(secret), properties: free })),
    });
    fc.assert(
      fc.property(inputs, (input) => !JSON.stringify(summarise({ input })).includes(secret)),
    );
  });
});
