import tseslint from 'typescript-eslint';

const worldIsIo = [
  { object: 'Date', property: 'now', message: 'Time is a port: take the Clock.' },
  { object: 'Math', property: 'random', message: 'No dice: hash, or take the Entropy port.' },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'src/model/files.ts'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/io/**', 'src/cli/**'],
    rules: {
      'no-restricted-properties': ['error', ...worldIsIo],
      'no-restricted-globals': ['error', 'process', 'console', 'setTimeout', 'setInterval', 'setImmediate', 'fetch'],
    },
  },
);
