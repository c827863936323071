// Who may import whom is said in eslint.config.js, where an editor shows it. Here only what ESLint cannot see: cycles,
// those of types included, since two files that need each other's types are one subject or want a third file.
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    // An import that is not followed would hide a cycle.
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    includeOnly: '^(apps|libs|examples|bench|test)/|^#',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: '.dependency-cruiser.tsconfig.json' },
  },
};
