import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import elementStyles from 'unplugin-element-plus/vite'
import { defineConfig } from 'vitest/config'

const API = process.env['HENGYANG_API_URL'] ?? 'http://127.0.0.1:8000'

/** Libraries that change seldom, each in a file of its own, so that a new release of ours is a
 *  small download. Components are left to the pages that use them: logging in needs few. */
const CHUNKS = [
  { name: 'map', test: /node_modules[\\/](maplibre-gl|@maplibre|@mapbox)[\\/]/ },
  { name: 'charts', test: /node_modules[\\/](echarts|zrender)[\\/]/ },
  { name: 'vue', test: /node_modules[\\/](vue|@vue|vue-router|vue-i18n|@intlify|@tanstack)[\\/]/ },
]

export default defineConfig({
  // Unit tests draw nothing: without styles Node loads the library as it is, in a second.
  plugins: [vue(), ...(process.env['VITEST'] ? [] : [elementStyles({})])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', proxy: { '/api': { target: API } } },
  build: {
    target: 'es2022',
    // The map's library is one file of 1.1 MB (300 kB on the wire), and only its pages load it.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
  },
  test: {
    environment: 'happy-dom',
    // Requests need an origin, even where nothing answers them.
    environmentOptions: { happyDOM: { url: 'http://city.test/' } },
    // Most of the time is loading the library: one process shares it between the files.
    isolate: false,
    include: ['src/**/*.test.ts'],
    env: { TZ: 'America/New_York' },
  },
})
