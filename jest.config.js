// Four kinds of specs by their suffix: `*.spec.ts` is pure, `*.int.spec.ts` works on real servers, `*.e2e.spec.ts`
// drives the built service, and `*.long.spec.ts` takes longer than anyone wants to wait on every change.
const pure = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^#([\\w-]+)$': '<rootDir>/libs/$1/src/index.ts',
    // ESM imports name the compiled file; the sources are what is tested.
    '^(\\.{1,2}/.*(?<!\\.json))\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.maskline'],
  setupFilesAfterEnv: ['<rootDir>/libs/testing/src/jest/each-spec.ts'],
};

const onServers = {
  ...pure,
  globalSetup: '<rootDir>/libs/testing/src/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/src/jest/global-teardown.mjs',
};

const inFolders = (suffix) => `<rootDir>/{apps,libs,examples,scripts,test}/**/*${suffix}`;

export default {
  // Twice the cores of CI: most of what takes long here waits for a lease, a deadline or a time-out to end.
  maxWorkers: 4,
  // Jest keeps the modules of every spec for good: with those of a hundred a worker spends its time looking through 2 GB of memory.
  workerIdleMemoryLimit: '700MB',
  testSequencer: '<rootDir>/libs/testing/src/jest/slowest-first.mjs',
  reporters: ['default', '<rootDir>/libs/testing/src/jest/coverage-reporter.mjs'],
  projects: [
    {
      ...pure,
      displayName: 'unit',
      testMatch: [inFolders('.spec.ts')],
      testPathIgnorePatterns: ['/node_modules/', '\\.(int|e2e|long)\\.spec\\.ts$'],
    },
    { ...onServers, displayName: 'int', testMatch: [inFolders('.int.spec.ts')] },
    { ...onServers, displayName: 'e2e', testMatch: [inFolders('.e2e.spec.ts')] },
    { ...onServers, displayName: 'long', testMatch: [inFolders('.long.spec.ts')] },
    // No tests of ours, but what docs/conformance.md is written from.
    { ...onServers, displayName: 'conformance', testMatch: [inFolders('.conformance.ts')] },
  ],
};
