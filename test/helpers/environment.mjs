import { TestEnvironment } from 'jest-environment-node';

const typedArrays = [
  'BigInt64Array',
  'BigUint64Array',
  'Float32Array',
  'Float64Array',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Uint16Array',
  'Uint32Array',
];

/**
 * Node's environment, with the typed arrays of the process itself: native addons make those, and
 * `instanceof` must not tell them from the tests' own.
 */
export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of typedArrays) this.global[name] = globalThis[name];
  }
}
