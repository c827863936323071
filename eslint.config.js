import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// The architecture in one table: each part and what it may import of ours. A new folder in libs/ or apps/ may import
// nothing until it has a line here. `pg` lets a part speak SQL, `bullmq` lets it speak to the queues' own library;
// `pure` takes the clock, chance and input/output away.
const everyLib = [
  'contracts',
  'domain',
  'platform',
  'event-store',
  'queues',
  'read-model',
  'wire',
  'carrier',
  'application',
];
const parts = {
  '{libs,apps}/*': { imports: [] },
  'libs/domain': { imports: [], pure: true },
  // What others install: nothing in it but zod.
  'libs/contracts': { imports: [] },
  'libs/platform': { imports: [] },
  'libs/event-store': { imports: ['domain', 'platform'], pg: true },
  'libs/queues': { imports: ['contracts', 'domain', 'event-store', 'platform'], bullmq: true },
  'libs/read-model': { imports: ['domain', 'event-store', 'platform'], pg: true },
  'libs/wire': { imports: ['domain', 'read-model'] },
  'libs/carrier': { imports: ['domain', 'wire', 'platform'] },
  'libs/application': {
    imports: ['domain', 'event-store', 'read-model', 'queues', 'carrier', 'platform', 'wire'],
  },
  'libs/testing': { imports: everyLib, pg: true, bullmq: true },
  'apps/api': { imports: everyLib },
  'apps/worker': { imports: everyLib, bullmq: true },
  // One process of the parts of two: what their own main.ts puts together, and nothing below that.
  'apps/standalone': {
    imports: everyLib,
    composes: [
      'api/src/(?:api\\.module|http-app|ops/[\\w-]+|simulator/simulator\\.module)',
      'api/src/(?:admin/admin\\.module|admin/serve-admin-docs|rate-limits/open-rate-limits)',
      'worker/src/[\\w.-]+',
    ],
  },
  'apps/cli': { imports: everyLib },
  // Examples are what a customer would write, so they see the events and the jobs, nothing else of ours.
  'examples/*': { imports: ['contracts', 'domain', 'queues'], pg: true, bullmq: true },
  test: { imports: [...everyLib, 'testing'], pg: true, bullmq: true },
  // One rival is the api over another store.
  bench: {
    imports: everyLib,
    composes: ['apps/api/src/(?:api\\.module|http-app)'],
    pg: true,
    bullmq: true,
  },
};

// Files whose rules differ from those of their part.
const exceptions = {
  'libs/platform/src/{database,migrate}{,-*}.ts': { ...parts['libs/platform'], pg: true },
  'libs/read-model/**/*.projector.ts': { imports: ['domain', 'event-store'], pure: true },
};

/** What a file of the part may not import, as patterns on the text between the quotes. */
function forbiddenImports({ imports, composes = [], pg, bullmq, pure }) {
  const unless = (allowed) => (allowed.length > 0 ? `(?!(?:${allowed.join('|')})$)` : '');
  return [
    {
      regex: `^#${unless(imports)}`,
      message: 'This part may not import that one: see the table in eslint.config.js.',
    },
    {
      regex: `^\\.\\.?/${unless(composes.map((file) => `(?:\\.\\./)*${file}\\.js`))}(?:.*/)?(?:apps|libs|src|dist)/`,
      message: 'A relative path stays inside its part: libs are reached as #name, apps not at all.',
    },
    { regex: '^(?:node:)?process$', message: 'Settings are read in libs/platform/src/config.ts.' },
    !pg && {
      regex: '^(?:pg|kysely)(?:/|$)',
      message: 'SQL lives in event-store, read-model and platform/database.',
    },
    !bullmq && {
      regex: '^(?:@nestjs/)?(?:bullmq|ioredis)(?:/|$)',
      message: 'Queues are reached through #queues.',
    },
    pure && {
      regex: imports.length === 0 ? '^[^.]' : '^[^.#]',
      message: 'Pure code imports nothing but its own files and other pure code.',
    },
  ].filter(Boolean);
}

const clock = 'Time is an argument here: pure code has no clock.';
const impureSyntax = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clock },
  { selector: 'CallExpression[callee.name="Date"]', message: clock },
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: clock },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Pure code has no chance.',
  },
];
const impureGlobals = ['process', 'performance', 'crypto', 'fetch', 'console', 'setTimeout', 'setInterval'];

const insideTransaction =
  'CallExpression[callee.property.name="execute"][callee.object.callee.property.name="transaction"] > .arguments';
const everywhereForbidden = [
  {
    selector: `:matches(${insideTransaction} Identifier[name="db"], ${insideTransaction} MemberExpression[property.name="db"])`,
    message: 'Inside a transaction only tx: db is another connection.',
  },
];

/** The rules of one part. Static imports are ESLint's own rule, dynamic ones need a selector with the same pattern. */
function boundary(files, part) {
  const patterns = forbiddenImports(part);
  const dynamic = patterns.map(({ regex, message }) => ({
    // A selector's pattern ends at the first slash.
    selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`,
    message,
  }));
  return {
    files,
    rules: {
      'no-restricted-imports': ['error', { patterns }],
      'no-restricted-syntax': [
        'error',
        ...everywhereForbidden,
        ...dynamic,
        ...(part.pure ? impureSyntax : []),
      ],
      'no-restricted-globals': part.pure ? ['error', ...impureGlobals] : 'off',
    },
  };
}

const boundaries = [
  ...Object.entries(parts).map(([folder, part]) => boundary([`${folder}/**/*.ts`], part)),
  ...Object.entries(exceptions).map(([files, part]) => boundary([files], part)),
  // A spec works with the real things; it stays within its part's libs, and may use the test harness.
  ...Object.entries(parts).map(([folder, part]) =>
    boundary([`${folder}/**/*.spec.ts`, `${folder}/**/spec/**/*.ts`], {
      ...part,
      imports: [...part.imports, 'testing'],
      pg: true,
      bullmq: true,
      pure: false,
    }),
  ),
];

const anyDefaultExport = {
  direct: true,
  named: true,
  defaultFrom: true,
  namedFrom: true,
  namespaceFrom: true,
};

export default defineConfig(
  globalIgnores(['dist', 'coverage', '.maskline']),
  // A rule that is wrong is changed here, for everyone; no file switches one off for itself.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: anyDefaultExport }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings are read in libs/platform/src/config.ts.' },
      ],
      // Leaves files with decorators alone: Nest needs the classes of their constructors at run time.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      // Lengths are counted in code points, as a spread string gives them.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest declares its bags of options as classes and means object literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A new event, status or error code does not pass until every switch answers it.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { allowDefaultCaseForExhaustiveSwitch: false, requireDefaultForNonUnion: true },
      ],
    },
  },
  ...boundaries,
  {
    // Where the environment may be touched: the one reader, and what starts other processes for tests and measurements.
    files: ['libs/platform/src/config.ts', '{libs/testing,test,bench}/**', '**/*.spec.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // What a statement answers is said where it is sent, as with pg's own `query`.
    files: ['libs/event-store/src/queryable.ts'],
    rules: { '@typescript-eslint/no-unnecessary-type-parameters': 'off' },
  },
  { files: ['apps/{cli,standalone}/**', 'examples/**', 'bench/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'Buffer', 'fetch', 'setTimeout', 'clearTimeout', 'AbortSignal'].map(
          (name) => [name, 'readonly'],
        ),
      ),
    },
    rules: { 'no-console': 'off', 'no-restricted-properties': 'off' },
  },
  // Configuration files, and the hooks that jest loads by file name, must export by default.
  { files: ['*.{js,mjs}', 'libs/testing/src/jest/**'], rules: { 'no-restricted-exports': 'off' } },
  {
    // A file is named for its one subject, in kebab-case.
    files: ['**/{util,utils,helper,helpers,common,misc,type,types,interfaces}.ts', '**/*[A-Z_]*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'Program', message: 'Name the file for its subject, in kebab-case.' },
      ],
    },
  },
);
