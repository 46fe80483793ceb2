import js from '@eslint/js'
import { importX } from 'eslint-plugin-import-x'
import prettier from 'eslint-plugin-prettier/recommended'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** A folder of src/ may import itself, protocol.ts and what is named here: the arrows run one way. */
const arrows = { server: [], client: [], link: [], page: ['client'], terminal: ['client'] }
const folders = Object.keys(arrows)

export default defineConfig(
  { ignores: ['dist/', 'public/js/', 'reports/', 'test/artefacts/', 'coverage/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/extensions': ['.ts', '.tsx'], 'import-x/resolver': { node: { extensions: ['.ts', '.tsx', '.js'] } } },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            { target: './src/protocol.ts', from: './src', message: 'protocol.ts imports nothing of ours' },
            ...folders.map((target) => ({
              target: `./src/${target}`,
              from: folders.filter((from) => from !== target && !arrows[target].includes(from)).map((from) => `./src/${from}`),
              message: 'server and client meet only in protocol.ts',
            })),
          ],
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Fastify's plugins and hooks are async by contract, with or without an await inside.
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  prettier,
)
