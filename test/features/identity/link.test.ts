import { describe, expect, it } from '@jest/globals';
import { checkIdentities } from '../../../src/features/identity/check-identities.ts';
import { attach, emptyGraph, type IdentityGraph } from '../../../src/features/identity/graph.ts';
import { link } from '../../../src/features/identity/link.ts';
import { names } from '../events/harness.ts';

/** A graph in which each customer, by number, has these names. */
function graphOf(customers: Record<number, string[]>): IdentityGraph {
  const graph = emptyGraph();
  for (const [customer, texts] of Object.entries(customers)) {
    const holder = { customer: Number(customer), origin: Number(customer) };
    for (const name of names(...texts)) attach(graph, name, holder);
  }
  return graph;
}

/** The decision in short: names as `kind:value`. */
function decide(graph: IdentityGraph, ...texts: string[]) {
  const decision = link(graph, checkIdentities(names(...texts), []));
  const text = ({ kind, value }: { kind: string; value: string }) => `${kind}:${value}`;
  return {
    customer: decision.customer,
    merges: decision.merges.map(({ from }) => from),
    attach: decision.attach.map(text),
    refused: decision.refusals.map(({ identity, code }) => [text(identity), code]),
    via: decision.via && text(decision.via),
  };
}

const nothing = { customer: undefined, merges: [], attach: [], refused: [], via: undefined };

describe('link', () => {
  it('makes a new customer of names that nobody has', () => {
    expect(decide(emptyGraph(), 'email:a', 'user_id:u')).toEqual({
      ...nothing,
      attach: ['user_id:u', 'email:a'],
    });
  });

  it('attaches to the one that is known', () => {
    expect(decide(graphOf({ 1: ['device:d'] }), 'user_id:u', 'device:d')).toEqual({
      ...nothing,
      customer: 1,
      attach: ['user_id:u'],
      via: 'device:d',
    });
  });

  it('merges the lesser of two when it is not identified', () => {
    const graph = graphOf({ 1: ['user_id:u'], 2: ['device:d', 'email:e'] });
    expect(decide(graph, 'device:d', 'user_id:u')).toEqual({
      ...nothing,
      customer: 1,
      merges: [2],
      via: 'user_id:u',
    });
  });

  it('takes the one with the higher-priority name of two that are not identified', () => {
    const graph = graphOf({ 1: ['device:d'], 2: ['email:e'] });
    expect(decide(graph, 'device:d', 'email:e')).toMatchObject({ customer: 2, merges: [1] });
  });

  it('takes the identified one even when it comes in by the lesser name', () => {
    const graph = graphOf({ 1: ['email:e'], 2: ['device:d', 'user_id:u'] });
    expect(decide(graph, 'email:e', 'device:d')).toEqual({
      ...nothing,
      customer: 2,
      merges: [1],
      via: 'email:e',
    });
  });

  it('refuses two that are identified and keeps to the higher-priority name', () => {
    const graph = graphOf({ 1: ['user_id:u', 'device:d'], 2: ['customer_id:c'] });
    expect(decide(graph, 'customer_id:c', 'device:d', 'user_id:u', 'email:new')).toEqual({
      ...nothing,
      customer: 1,
      attach: ['email:new'],
      refused: [['customer_id:c', 'IDENTITY_CONFLICT']],
      via: 'user_id:u',
    });
    const two = graphOf({ 1: ['user_id:u1'], 2: ['user_id:u2'] });
    expect(decide(two, 'user_id:u2', 'user_id:u1')).toMatchObject({
      customer: 2,
      refused: [['user_id:u1', 'IDENTITY_CONFLICT']],
    });
  });

  it('does not attach a second user id', () => {
    expect(decide(graphOf({ 1: ['user_id:u'] }), 'user_id:u', 'user_id:v')).toEqual({
      ...nothing,
      customer: 1,
      refused: [['user_id:v', 'LIMIT_REACHED']],
      via: 'user_id:u',
    });
    expect(decide(emptyGraph(), 'user_id:u', 'user_id:v')).toMatchObject({
      attach: ['user_id:u'],
      refused: [['user_id:v', 'LIMIT_REACHED']],
    });
  });

  it('takes a new user id on the device of another for a new person', () => {
    expect(decide(graphOf({ 1: ['user_id:u', 'device:d'] }), 'user_id:v', 'device:d')).toEqual({
      ...nothing,
      attach: ['user_id:v'],
      refused: [['device:d', 'IDENTITY_CONFLICT']],
    });
  });

  it('does not attach an email too many, and keeps the event', () => {
    const emails = Array.from({ length: 20 }, (_, n) => `email:e${n}`);
    const graph = graphOf({ 1: ['user_id:u', ...emails] });
    expect(decide(graph, 'user_id:u', 'email:last')).toMatchObject({
      customer: 1,
      attach: [],
      refused: [['email:last', 'LIMIT_REACHED']],
    });
  });

  it('counts the names of those that are merged towards the limit', () => {
    const emails = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => `email:e${from + n}`);
    const graph = graphOf({
      1: ['user_id:u', ...emails(0, 10)],
      2: ['device:d', ...emails(10, 19)],
    });
    expect(decide(graph, 'user_id:u', 'device:d', 'email:x', 'email:y')).toMatchObject({
      merges: [2],
      attach: ['email:x'],
      refused: [['email:y', 'LIMIT_REACHED']],
    });
  });

  it('refuses to merge more than 100 into one', () => {
    const graph = graphOf({ 1: ['user_id:u'], 2: ['device:a'], 3: ['device:b'] });
    graph.absorbed.set(1, 90).set(2, 9).set(3, 0);
    expect(decide(graph, 'user_id:u', 'device:a', 'device:b')).toMatchObject({
      merges: [2],
      refused: [['device:b', 'LIMIT_REACHED']],
    });
  });

  it('has nothing to merge when both names are of one customer', () => {
    expect(decide(graphOf({ 1: ['email:e', 'device:d'] }), 'device:d', 'email:e')).toEqual({
      ...nothing,
      customer: 1,
      via: 'email:e',
    });
  });
});

describe('checkIdentities', () => {
  it.each([
    ['', ' ', '\t'],
    ['anonymous', 'ANONYMOUS', 'Anonymous '],
    ['undefined', 'true', 'False', 'null', 'NONE', 'none', 'nan', 'NaN'],
    ['0', '00000000-0000-0000-0000-000000000000', '[object Object]', '[OBJECT OBJECT]'],
  ])('leaves out %j and the like', (...values) => {
    const refs = values.map((value) => ({ kind: 'email', value }));
    const usable = { kind: 'email', value: 'nonesuch@0' };
    expect(checkIdentities([...refs, usable], [])).toEqual([
      { ...usable, position: values.length },
    ]);
    expect(() => checkIdentities(refs, [])).toThrow('No usable identity');
  });

  it('keeps the first of equal names, higher priority first, else the order as given', () => {
    const given = names('device:d', 'email:b', 'email:a', 'device:d', 'user_id:u', 'loyalty:7');
    expect(checkIdentities(given, []).map(({ kind, position }) => [kind, position])).toEqual([
      ['user_id', 4],
      ['email', 1],
      ['email', 2],
      ['loyalty', 5],
      ['device', 0],
    ]);
  });
});
