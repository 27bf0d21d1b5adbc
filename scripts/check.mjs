// npm run check: everything that must hold before a change lands, quickest first. With --no-tests it
// leaves the tests to the caller.
import { spawn, spawnSync } from 'node:child_process';

const tests = !process.argv.includes('--no-tests');

const STEPS = [
  ['generated code is clean', 'node', ['scripts/schema-diff.mjs']],
  ['format, lint and import rules', 'npx', ['biome', 'check', '.']],
  ['types', 'npx', ['tsc', '-p', '.']],
  ['nothing unused', 'npx', ['knip']],
  [
    'migrations make the schema',
    'npm',
    [
      ...['run', '-s', 'prisma', '--', 'migrate', 'diff', '--exit-code'],
      ...['--from-migrations', 'prisma/migrations', '--to-schema', 'prisma/schema.prisma'],
    ],
  ],
  ...(tests ? [['tests', 'npm', ['test']]] : []),
];

function run(command, args) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { env: { ...process.env, FORCE_COLOR: '0' } });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += data;
      });
    }
    child.on('close', (code) => resolve({ code, output }));
  });
}

spawnSync('node', ['scripts/setup.mjs'], { stdio: 'inherit' });
let failed = 0;
for (const [what, command, args] of STEPS) {
  const began = performance.now();
  const { code, output } = await run(command, args);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${what} (${seconds} s)`);
  if (code === 0) continue;
  failed += 1;
  console.log(output.trimEnd());
}
process.exitCode = failed > 0 ? 1 : 0;
