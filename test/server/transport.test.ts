import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { CameoError } from '../../src/errors.ts';
import { scalars } from '../../src/resolvers/scalars.ts';
import { type RunningServer, startServer } from '../../src/server.ts';

const lines: string[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });

const schema = makeExecutableSchema({
  typeDefs: `
    scalar DateTime
    scalar Duration
    scalar SafeInt
    scalar JSON
    type Query { node: Node  echo(value: JSON, at: DateTime, length: Duration): JSON  fail(how: String): Int }
    type Node { node: Node  id: ID }
  `,
  resolvers: {
    ...scalars,
    Query: {
      node: () => ({}),
      echo: (_root, { value, at, length }) => value ?? at ?? length,
      fail: (_root, { how }) => {
        if (how === 'expected') throw new CameoError('NOT_FOUND', 'No such thing.', ['thing']);
        throw Object.assign(new Error('secret insides'), how === 'away' ? { code: '57P01' } : {});
      },
    },
    Node: { node: () => ({}), id: () => '1' },
  },
});

const options: Parameters<typeof startServer>[0] = {
  schema,
  contextFor: async (authorization) => {
    if (authorization === 'Bearer wrong')
      throw new CameoError('UNAUTHENTICATED', 'This key is not known.');
    return {};
  },
  log,
  host: '127.0.0.1',
  port: 0,
  development: true,
  documents: undefined,
  isHealthy: async () => true,
};

let server: RunningServer;
beforeAll(async () => {
  server = await startServer(options);
});
afterAll(() => server.stop());

interface Answer {
  status: number;
  data?: Record<string, unknown>;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

async function post(body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, ...((await response.json()) as object) };
}

const ask = (query: string, variables: object = {}) => post(JSON.stringify({ query, variables }));

describe('a request that cannot be read', () => {
  it('is answered 400 BAD_INPUT when the body is no JSON', async () => {
    const answer = await post('{"query": ');
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  it('is answered with where the document is wrong', async () => {
    const answer = await ask('{ node { ');
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
  });

  it('names an unknown field', async () => {
    const answer = await ask('{ nothing }');
    expect(answer.errors?.[0]?.message).toContain('"nothing"');
  });

  it('comes from a host name that is not this machine: refused', async () => {
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      const sent = request(server.url, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject).end();
    });
    expect(status).toBe(403);
  });
});

describe('a request without bounds', () => {
  const nested = (depth: number) => `{${'node{'.repeat(depth)}id${'}'.repeat(depth)}}`;

  it('is refused at a depth of 13 but not of 12', async () => {
    expect((await ask(nested(11))).errors).toBeUndefined();
    expect((await ask(nested(13))).errors?.[0]?.message).toContain('depth');
  });

  it('is refused at a depth of 10,000 without harm', async () => {
    const answer = await ask(nested(10_000));
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.message).toContain('token');
    expect((await ask('{ node { id } }')).data).toEqual({ node: { id: '1' } });
  });

  it('is refused with 1,000 aliases', async () => {
    const aliased = (count: number) =>
      ask(`{ ${Array.from({ length: count }, (_, i) => `a${i}: echo`).join(' ')} }`);
    expect((await aliased(30)).errors).toBeUndefined();
    expect((await aliased(31)).errors?.[0]?.message).toMatch(/alias/i);
    expect((await aliased(1_000)).status).toBe(400);
  });

  it('is refused when its variables nest without end', async () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const answer = await post(
      `{"query":"query($v: JSON) { echo(value: $v) }","variables":{"v":${deep}}}`,
    );
    expect(answer.errors?.[0]?.extensions.code).toBe('TOO_LARGE');
  });

  it('is refused as a batch', async () => {
    const answer = await post('[{"query":"{ node { id } }"},{"query":"{ node { id } }"}]');
    expect(answer.status).toBe(400);
  });
});

describe('an error', () => {
  it('that was to be expected is shown with its code and field', async () => {
    const [error] = (await ask('{ fail(how: "expected") }')).errors ?? [];
    expect(error?.message).toBe('No such thing.');
    expect(error?.extensions).toEqual({ code: 'NOT_FOUND', field: ['thing'] });
  });

  it('from our insides is masked, and logged once under the reference that the caller gets', async () => {
    lines.length = 0;
    const [error] = (await ask('{ fail }')).errors ?? [];
    expect(error?.message).not.toContain('secret insides');
    expect(error?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    const logged = lines.filter((line) => line.includes(String(error?.extensions.reference)));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('secret insides');
  });

  it('of a database that is away says so', async () => {
    const [error] = (await ask('{ fail(how: "away") }')).errors ?? [];
    expect(error?.extensions.code).toBe('UNAVAILABLE');
  });

  it('of an unknown key is UNAUTHENTICATED', async () => {
    const answer = await post('{"query":"{ node { id } }"}', { authorization: 'Bearer wrong' });
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(answer.status).toBe(401);
  });
});

describe('a server with a list of documents', () => {
  let strict: RunningServer;
  const folder = mkdtempSync(join(tmpdir(), 'cameo-documents-'));
  beforeAll(async () => {
    writeFileSync(join(folder, 'node.graphql'), '{ node { id } }\n');
    strict = await startServer({ ...options, documents: folder });
  });
  afterAll(async () => {
    await strict.stop();
    rmSync(folder, { recursive: true });
  });
  const run = async (query: string) => {
    const response = await fetch(strict.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as Answer;
  };

  it('runs those, whatever their line ends', async () => {
    expect((await run('{ node { id } }')).data).toEqual({ node: { id: '1' } });
    expect((await run('{ node { id } }\r\n')).data).toEqual({ node: { id: '1' } });
  });

  it('runs no other', async () => {
    const answer = await run('{ node { node { id } } }');
    expect(answer.data).toBeUndefined();
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('does not start on an empty folder', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'cameo-documents-'));
    await expect(startServer({ ...options, documents: empty })).rejects.toThrow(empty);
    rmSync(empty, { recursive: true });
  });
});

describe('scalars', () => {
  it.each([
    ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31T08:00:00.5+02:00', '2026-01-31T06:00:00.500Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('a DateTime %s comes out as %s', async (given, expected) => {
    const answer = await ask('query($at: DateTime) { echo(at: $at) }', { at: given });
    expect(answer.data).toEqual({ echo: expected });
  });

  it.each(['yesterday', '2026-01-31', '2026-13-01T00:00:00Z', '2026-01-31T08:00:00', 5])(
    'a DateTime is not %p',
    async (at) => {
      const answer = await ask('query($at: DateTime) { echo(at: $at) }', { at });
      expect(answer.errors?.[0]?.message).toContain('RFC 3339');
    },
  );

  it.each(['30 days', '1.5h', '-3d', '', 30])('a Duration is not %p', async (length) => {
    const answer = await ask('query($l: Duration) { echo(length: $l) }', { l: length });
    expect(answer.errors?.[0]?.message).toContain('whole number and a unit');
  });
});
