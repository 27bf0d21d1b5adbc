// npm run bench [-- name ...]: runs the benchmarks one after the other and writes their figures to
// docs/benchmarks.md. Each also runs alone: node --import tsx bench/profile/run.ts
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Figure } from './helpers/figures.ts';

const OUT = 'docs/benchmarks.md';
const FIGURE = '#figure ';
const BENCHES = 'bench/benches.json';

/** Runs one benchmark, shows what it prints, and returns its figures. */
function run(script: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines)
      if (line.startsWith(FIGURE)) figures.push(JSON.parse(line.slice(FIGURE.length)) as Figure);
      else console.log(line);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(figures) : reject(new Error(`${script} ended with ${code}`)),
    );
  });
}

/** The rows of the table as it stands, by benchmark: what is not run again keeps its figure. */
function standing(): Map<string, string> {
  const rows = readFileSync(OUT, 'utf8')
    .split('\n')
    .filter((line) => /^\| (?!bench|---)/.test(line));
  return new Map(rows.map((row) => [row.split(' | ')[0]?.slice(2) ?? '', row]));
}

function rowOf({ bench, figure, bar, met }: Figure): string {
  const today = new Date().toISOString().slice(0, 10);
  return `| ${bench} | ${figure} | ${bar} | ${met ? 'met' : '**missed**'} | ${today} |`;
}

function page(rows: Iterable<string>): string {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor';
  const machine = `${cpus().length} cores (${cpu}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `# Benchmarks

Made by \`npm run bench\`; one of them with \`npm run bench -- profile\`. Ratios compare two things in one
run, in turns, as the median of several rounds; the last machine was ${machine}, Node ${process.version}.

| bench | figure | bar | | measured |
|---|---|---|---|---|
${[...rows].join('\n')}
`;
}

const all = JSON.parse(readFileSync(BENCHES, 'utf8')) as Record<string, string[]>;
const wanted = process.argv.slice(2);
const chosen = Object.entries(all).filter(([name]) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) throw new Error(`Choose from: ${Object.keys(all).join(', ')}`);

const rows = standing();
for (const script of chosen.flatMap(([, scripts]) => scripts)) {
  console.log(`\n${script}`);
  for (const figure of await run(script)) rows.set(figure.bench, rowOf(figure));
  writeFileSync(OUT, page(rows.values()));
}
