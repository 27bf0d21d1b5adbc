// How long the API's thread makes requests wait while texts are embedded beside it, with one core
// left to it: the 99th percentile against an idle machine's.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import autocannon from 'autocannon';
import { createModelServer } from '../../src/ml/serve/server.ts';
import { median, report } from '../helpers/figures.ts';
import { benchTexts, prepareModel } from './model.ts';

const ROUNDS = 5;
const SECONDS = 4;
const BAR = 1.5;

const answer = Object.fromEntries(
  Array.from({ length: 200 }, (_, i) => [`feature_${i}`, { value: i / 7, at: '2026-01-01' }]),
);

/** Answers as a profile query does: some tenths of a millisecond of JSON. */
const api = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer));
});

async function p99(url: string): Promise<number> {
  const { latency } = await autocannon({
    ...{ url, connections: 4, duration: SECONDS, workers: 1 },
    overallRate: 400,
  });
  return latency.p99;
}

const model = await prepareModel(1);
const server = createModelServer({ workers: 1, session: { threads: 1 } });
try {
  api.listen(0, '127.0.0.1');
  await new Promise((resolve) => api.once('listening', resolve));
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const embedder = await server.embedder(model.small, 'int8');
  const texts = benchTexts(model.tokenizer, 2000, 7);
  await embedder.embed(texts);
  await p99(url);
  const [idle, busy]: [number[], number[]] = [[], []];
  let embedded = 0;
  for (let round = 0; round < ROUNDS; round++) {
    idle.push(await p99(url));
    const stopping = new AbortController();
    const work = (async () => {
      while (!stopping.signal.aborted) embedded += (await embedder.embed(texts)).length;
    })();
    busy.push(await p99(url));
    stopping.abort();
    await work;
  }
  console.log(`idle ${idle} ms, busy ${busy} ms; ${embedded} texts embedded meanwhile`);
  const ratio = median(busy) / median(idle);
  report({
    bench: 'p99 of requests while texts are embedded, one core left to the API',
    figure: `${ratio.toFixed(2)}x idle (${median(busy)} / ${median(idle)} ms)`,
    bar: `<= ${BAR}x`,
    met: ratio <= BAR,
  });
} finally {
  await server.close();
  await model.remove();
  api.close();
}
