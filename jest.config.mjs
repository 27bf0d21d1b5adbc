export default {
  rootDir: '.',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  globalSetup: '<rootDir>/test/helpers/global-setup.ts',
  globalTeardown: '<rootDir>/test/helpers/global-teardown.ts',
  testEnvironment: '<rootDir>/test/helpers/environment.mjs',
  // Jest's soft deletion of globals wraps what files of one worker share once more for each file, until
  // the stack overflows.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  testTimeout: 30_000,
  maxWorkers: 2,
};
