// npm leaves optional packages out of package-lock.json when the registry it ran against lacks
// them (a mirror with packages for one platform, say), and `npm ci` then refuses the lockfile
// everywhere. Run this after an `npm install` there: it enters what is missing, in the version that
// the dependant pins, as a package for the platform that its name tells. It has no integrity hash,
// which nobody here can know; npm adds it on a machine that installs the package.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));

for (const { name, version, dev } of missingOptional(lock.packages)) {
  console.log(`+ ${name}@${version}`);
  const { cpu, libc, os } = platformOf(name);
  // In npm's order of keys; those that are undefined are not written.
  lock.packages[`node_modules/${name}`] = { version, cpu, dev, libc, optional: true, os };
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(
  path,
  `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`,
);

function missingOptional(packages) {
  return Object.entries(packages).flatMap(([dependant, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, dependant, name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

function isLocked(packages, dependant, name) {
  return [`node_modules/${name}`, `${dependant}/node_modules/${name}`].some((at) => packages[at]);
}

/** Native packages are named after Node's platform and arch: `binding-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => /^(android|darwin|freebsd|linux|openharmony|win32)$/.test(word));
  const cpu = words[words.indexOf(os) + 1];
  if (!os || !cpu) throw new Error(`Which platform is ${name} for? Enter it by hand.`);
  const libc = { gnu: 'glibc', musl: 'musl' }[words.at(-1)];
  return { cpu: [cpu], libc: os === 'linux' && libc ? [libc] : undefined, os: [os] };
}
