// The import rules of the house (docs/architecture.md) are lint rules, so a boundary cannot erode unseen.
import tseslint from 'typescript-eslint';

const vscode = { name: 'vscode', message: 'vscode is imported from editor/ upwards only.' };
const dockerode = { name: 'dockerode', message: 'Only engine/docker talks to dockerode.' };
const ioredis = { name: 'ioredis', message: 'Only redis/ioredisClient talks to ioredis.' };
const builtins = {
  group: ['node:*', 'fs', 'path', 'os', 'net', 'http', 'child_process', 'crypto', 'stream', 'events', 'util'],
  message: 'No Node built-in here: this room must run anywhere.',
};

/** Folders of src/ that `room` may not import from, with the sentence that lint prints. */
const closed = (room, folders) => ({
  group: folders.flatMap(folder => [`**/${folder}`, `**/${folder}/**`]),
  message: `${room}/ may not import from here; see docs/architecture.md.`,
});
const upper = ['commands', 'views', 'language', 'webviews'];
const room = (name, { paths = [], patterns = [], files = [`src/${name}/**/*.ts`], ignores = [] }) => ({
  files,
  ignores,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths, patterns }] },
});

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.cache/', 'test/fixtures/', 'test-results/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-syntax': [
        'error',
        { selector: "ExportNamedDeclaration > VariableDeclaration[kind='let']", message: 'No exported mutable state.' },
      ],
      eqeqeq: ['error', 'always'],
      'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['**/*.{mjs,cjs}'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: ['error', 'always'],
      'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
    },
  },
  // Tables of tests are long, and one table is easier to read than its halves.
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', 'max-lines': ['error', { max: 750 }] },
  },
  room('base', {
    paths: [vscode, dockerode, ioredis],
    patterns: [builtins, closed('base', ['model', 'conf', 'engine', 'redis', 'topology', 'editor', ...upper])],
  }),
  room('model', {
    paths: [vscode, dockerode, ioredis],
    patterns: [builtins, closed('model', ['conf', 'engine', 'redis', 'topology', 'editor', ...upper])],
  }),
  room('conf', {
    paths: [vscode, dockerode, ioredis],
    patterns: [builtins, closed('conf', ['model', 'engine', 'redis', 'topology', 'editor', ...upper])],
  }),
  room('engine', {
    paths: [vscode, dockerode, ioredis],
    patterns: [closed('engine', ['conf', 'redis', 'topology', 'editor', ...upper])],
    ignores: ['src/engine/docker/**'],
  }),
  room('engine/docker', {
    paths: [vscode, ioredis],
    patterns: [closed('engine/docker', ['conf', 'redis', 'topology', 'editor', 'engine/process', ...upper])],
  }),
  room('redis', {
    paths: [vscode, dockerode, ioredis],
    patterns: [closed('redis', ['conf', 'engine', 'topology', 'editor', ...upper])],
    ignores: ['src/redis/ioredisClient.ts'],
  }),
  room('redis/ioredisClient', {
    files: ['src/redis/ioredisClient.ts'],
    paths: [vscode, dockerode],
    patterns: [closed('redis', ['conf', 'engine', 'topology', 'editor', ...upper])],
  }),
  room('topology', {
    paths: [vscode, dockerode, ioredis],
    patterns: [closed('topology', ['engine/docker', 'engine/process', 'redis/ioredisClient', 'editor', ...upper])],
  }),
  room('editor', {
    paths: [dockerode, ioredis],
    patterns: [closed('editor', ['engine/docker', 'engine/process', 'redis/ioredisClient', ...upper])],
  }),
  ...upper.map(name =>
    room(name, {
      paths: [dockerode, ioredis],
      patterns: [
        // The language is offered in a page without a machine as well (src/web.ts).
        ...(name === 'language' ? [builtins] : []),
        closed(name, [
          'engine/docker',
          'engine/process',
          'redis/ioredisClient',
          ...upper.filter(other => other !== name),
        ]),
      ],
      // The one file of the language that a page does not load.
      ignores: ['src/language/disk/local.ts'],
    }),
  ),
  room('web', {
    files: ['src/web.ts'],
    paths: [dockerode, ioredis],
    patterns: [
      builtins,
      closed('web', [
        'engine',
        'redis',
        'topology',
        'commands',
        'views',
        'webviews',
        'core',
        'confLanguage',
        'registerConf',
        'disk/local',
      ]),
    ],
  }),
);
