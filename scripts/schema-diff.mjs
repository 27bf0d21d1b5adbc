// Whether docs/schema.graphql, which is committed, is what src/schema makes; if not, what differs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const FILE = 'docs/schema.graphql';
const committed = readFileSync(FILE, 'utf8');
execFileSync(process.execPath, ['scripts/codegen.mjs']);
const made = readFileSync(FILE, 'utf8');

if (made !== committed) {
  const changes = await diff(buildSchema(committed), buildSchema(made));
  for (const { criticality, message } of changes)
    console.log(`${criticality.level === CriticalityLevel.Breaking ? 'breaking ' : ''}${message}`);
  console.log(`${FILE} is brought up to date: commit it with the change of src/schema.`);
  process.exitCode = 1;
}
