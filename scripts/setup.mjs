// Runs before `npm start` and `npm test`: brings a checkout to where it can run, without any
// package but Node itself. Quick when there is nothing to do.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampsPath = join(root, 'src/generated/.stamps.json');

process.chdir(root);
try {
  checkNode(process.versions.node);
  await install();
  await generate();
} catch (error) {
  console.error(`cameo: ${error.message}`);
  process.exitCode = 1;
}

function checkNode(version) {
  const [major, minor] = version.split('.').map(Number);
  const { engines } = readJson('package.json');
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
  if (fits) return;
  throw new Error(
    `Node.js ${version} is not supported: Cameo needs ${engines.node}. Install one from https://nodejs.org and start again.`,
  );
}

async function install() {
  if (isInstalled()) return;
  // Install scripts would download what we do without; see allowScripts in package.json.
  const args = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await step('installing packages', npm(args), 'Is the package registry reachable?');
}

function npm(args) {
  const cli = process.env.npm_execpath;
  return cli ? [process.execPath, [cli, ...args]] : ['npm', args];
}

/** Whether node_modules is what the lockfile says: npm writes what it installed beside it, at the end. */
function isInstalled() {
  if (!existsSync('node_modules/.package-lock.json')) return false;
  const installed = readJson('node_modules/.package-lock.json').packages;
  const wanted = Object.entries(readJson('package-lock.json').packages);
  return wanted.every(([path, { version, integrity, optional, devOptional, link }]) => {
    if (path === '' || link) return true;
    // Optional packages for other machines are rightly missing.
    const found = installed[path];
    return found
      ? found.version === version && found.integrity === integrity
      : Boolean(optional || devOptional);
  });
}

/** Runs each generator whose input has changed since it ran last. */
async function generate() {
  const stamps = existsSync(stampsPath) ? readJson(stampsPath) : {};
  const stale = (await generators()).filter(
    ({ name, stamp, output }) => stamps[name] !== stamp || !existsSync(output),
  );
  await Promise.all(stale.map(({ label, command, env }) => step(label, command, '', env)));
  if (stale.length === 0) return;
  for (const { name, stamp } of stale) stamps[name] = stamp;
  mkdirSync(dirname(stampsPath), { recursive: true });
  writeFileSync(stampsPath, `${JSON.stringify(stamps, null, 2)}\n`);
}

async function generators() {
  const { cliPath, engineEnvironment } = await import('./prisma/environment.mjs');
  return [
    {
      name: 'prisma',
      label: 'generating the database client',
      stamp: hash(['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json']),
      output: 'src/generated/prisma/client.ts',
      command: [process.execPath, [cliPath, 'generate']],
      env: engineEnvironment(),
    },
    {
      name: 'graphql',
      label: 'generating the API types',
      stamp: hash(['scripts/codegen.mjs', ...filesUnder('src/schema'), 'package-lock.json']),
      output: 'src/generated/graphql.ts',
      command: [process.execPath, ['scripts/codegen.mjs']],
    },
  ].filter(({ command }) => existsSync(command[1][0]));
}

function hash(paths) {
  const sum = createHash('sha256');
  for (const path of paths) {
    if (existsSync(path)) sum.update(path).update(readFileSync(path));
  }
  return sum.digest('hex');
}

function filesUnder(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Runs a command, telling what it does and how long it took; what it prints shows if it fails. */
function step(label, [command, args], hint, env = {}) {
  console.log(`cameo: ${label} ...`);
  const started = process.hrtime.bigint();
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${label} failed: ${error.message}`)));
    child.once('close', (code) => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      if (code !== 0) return reject(new Error(`${label} failed. ${hint}\n${output}`));
      console.log(`cameo: ${label} took ${seconds.toFixed(1)} s`);
      resolve();
    });
  });
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
