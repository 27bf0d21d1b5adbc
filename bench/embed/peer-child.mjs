// Embeds texts with @huggingface/transformers, as its documentation says to.
import { pathToFileURL } from 'node:url';

const [entry, models] = process.argv.slice(2);
const { pipeline, env } = await import(pathToFileURL(entry).href);
env.allowRemoteModels = false;
env.localModelPath = models;
const extract = await pipeline('feature-extraction', 'encoder', { dtype: 'fp32', device: 'cpu' });

process.on('message', async ({ texts, feeding: { size, sorted } }) => {
  const started = performance.now();
  const order = texts.map((_, place) => place);
  if (sorted) order.sort((a, b) => texts[a].length - texts[b].length);
  let vector;
  for (let from = 0; from < order.length; from += size) {
    const part = order.slice(from, from + size);
    const input = part.map((place) => texts[place]);
    const output = await extract(input, { pooling: 'mean', normalize: true });
    const width = output.dims[1];
    const at = part.indexOf(0);
    if (at >= 0) vector = Array.from(output.data.slice(at * width, (at + 1) * width));
  }
  process.send({ ms: performance.now() - started, vector });
});
process.send('ready');
