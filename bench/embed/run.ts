// Texts embedded a second: Cameo's model server in fp32 and in eight bits, against
// @huggingface/transformers on the same ONNX file, fed in the way that suits it best.
import { availableParallelism } from 'node:os';
import { createModelServer } from '../../src/ml/serve/server.ts';
import { median, report } from '../helpers/figures.ts';
import { benchTexts, prepareModel } from './model.ts';
import { type Feeding, type Peer, startPeer } from './peer.ts';

const COUNT = Number(process.argv[2] ?? 10_000);
const ROUNDS = 3;
/** Texts that decide how the peer is fed. */
const PROBED = 1000;
const PROBES = 4;
const FEEDINGS: readonly Feeding[] = [
  { size: 1, sorted: false },
  { size: 8, sorted: false },
  { size: 32, sorted: false },
  { size: 8, sorted: true },
  { size: 32, sorted: true },
];

const nameOf = ({ size, sorted }: Feeding) =>
  `${size} a call${sorted ? ', sorted by its caller' : ''}`;

/** All are tried in turns, so that a moment when the machine is busy does not decide. */
async function bestFeeding(peer: Peer, texts: readonly string[]): Promise<Feeding> {
  const least = FEEDINGS.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < PROBES; round++)
    for (const [i, feeding] of FEEDINGS.entries())
      least[i] = Math.min(least[i] as number, (await peer.embed(texts, feeding)).ms);
  for (const [i, feeding] of FEEDINGS.entries())
    console.log(`peer, ${nameOf(feeding)}: ${perSecond(texts.length, least[i] as number)} texts/s`);
  return FEEDINGS[least.indexOf(Math.min(...least))] as Feeding;
}

const perSecond = (texts: number, ms: number) => Math.round((texts / ms) * 1000);

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, x, i) => sum + x * (b[i] as number), 0);
}

const cores = availableParallelism();
const model = await prepareModel(cores);
const peer = await startPeer(model.peer);
const server = createModelServer({ workers: cores, session: { threads: 1 } });
try {
  const texts = benchTexts(model.tokenizer, COUNT, 7);
  const lengths = texts.map((text) => model.tokenizer.encode(text, { maxLength: 128 }).length);
  const mean = lengths.reduce((a, b) => a + b, 0) / COUNT;
  console.log(`${COUNT} texts of ${mean.toFixed(1)} tokens, at most ${Math.max(...lengths)}`);
  const feeding = await bestFeeding(peer, texts.slice(0, PROBED));
  const full = await server.embedder(model.full, 'fp32');
  const small = await server.embedder(model.small, 'int8');
  const times = { peer: [] as number[], full: [] as number[], small: [] as number[] };
  for (const embedder of [full, small]) await embedder.embed(texts.slice(0, PROBED));
  for (let round = 0; round < ROUNDS; round++) {
    const theirs = await peer.embed(texts, feeding);
    times.peer.push(theirs.ms);
    for (const [name, embedder] of [
      ['full', full],
      ['small', small],
    ] as const) {
      const started = performance.now();
      const [first] = await embedder.embed(texts);
      times[name].push(performance.now() - started);
      const near = cosine(first ?? [], theirs.vector);
      if (near < (name === 'full' ? 0.99999 : 0.998))
        throw new Error(`${name}: another vector than the peer's, cosine ${near}`);
    }
    const last = Object.values(times).map((all) => perSecond(COUNT, all.at(-1) as number));
    console.log(`round ${round + 1}: peer ${last[0]}, fp32 ${last[1]}, int8 ${last[2]} texts/s`);
  }
  const speed = (all: number[]) => perSecond(COUNT, median(all));
  for (const [name, own, bar] of [
    ['fp32', times.full, 2],
    ['int8', times.small, 5],
  ] as const) {
    const ratio = median(own.map((ms, round) => (times.peer[round] as number) / ms));
    report({
      bench: `embed ${COUNT} texts, ${name}, against transformers.js in fp32`,
      figure: `${ratio.toFixed(2)}x (${speed(own)} / ${speed(times.peer)} texts/s, ${nameOf(feeding)})`,
      bar: `>= ${bar}x`,
      met: ratio >= bar,
    });
  }
} finally {
  peer.stop();
  await server.close();
  await model.remove();
}
