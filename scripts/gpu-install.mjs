// npm run gpu:install: fetches what the packages leave out by default - ONNX Runtime's CUDA
// provider, and the libtensorflow of tfjs-node-gpu - since their hosts are out of reach on many
// machines and must not break an ordinary install.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { command } from './command.mjs';

const CUDA_PROVIDER =
  'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so';

const parts = [
  {
    name: 'ONNX Runtime with CUDA',
    folder: 'node_modules/onnxruntime-node',
    script: 'script/install.js',
    env: { ONNXRUNTIME_NODE_INSTALL: 'cuda12' },
    host: 'api.nuget.org',
    works: () => existsSync(CUDA_PROVIDER),
    use: 'CAMEO_ML_PROVIDERS=cuda serves models with it',
  },
  {
    name: 'TensorFlow with CUDA',
    folder: 'node_modules/@tensorflow/tfjs-node-gpu',
    script: 'scripts/install.js',
    args: ['gpu', 'download'],
    env: {},
    host: 'storage.googleapis.com',
    works: () => existsSync('node_modules/@tensorflow/tfjs-node-gpu/deps/lib'),
    use: 'CAMEO_ML_BACKEND=auto finds it',
  },
];

await command(async () => {
  let failed = 0;
  for (const part of parts) {
    console.log(`\n${part.name}: downloading from ${part.host} ...`);
    const status = await install(part);
    if (status === 0 && part.works()) {
      console.log(`${part.name} is installed: ${part.use}.`);
      continue;
    }
    failed += 1;
    console.error(
      `${part.name} could not be installed: is ${part.host} reachable, and is this Linux on x64? Cameo runs without it, on the CPU.`,
    );
  }
  return failed;
});

function install({ folder, script, args = [], env }) {
  if (!existsSync(folder)) return Promise.resolve(1);
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
