import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist/', 'src/data/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: { globals: globals.browser, parserOptions: { parser: ts.parser } },
    rules: {
      // The door to the server is src/data; everything else asks it.
      'no-restricted-globals': ['error', 'fetch', 'EventSource', 'WebSocket', 'XMLHttpRequest'],
      'no-console': 'error',
      'max-lines': ['error', { max: 400 }],
      'vue/multi-word-component-names': 'off',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/require-default-prop': 'off',
    },
  },
  {
    // The one socket of a tab.
    files: ['src/live/link.ts'],
    rules: { 'no-restricted-globals': ['error', 'fetch', 'EventSource', 'XMLHttpRequest'] },
  },
  { files: ['src/data/**'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['*.config.*'], languageOptions: { globals: globals.node } },
  prettier,
)
