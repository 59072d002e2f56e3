import { readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import type { InlineConfig } from 'vite'
import { cspClean } from './csp-clean.ts'

export const root = fileURLToPath(new URL('../../../', import.meta.url))
/** Where the files of the interfaces are served. */
const base = '/static/interfaces/'

const palette = { primary: 'tide', secondary: 'sky', success: 'green', info: 'sky', warning: 'amber', error: 'red', neutral: 'slate' }
/** Shades in which text and edges have the contrast that WCAG 2.2 AA asks for. */
const light = { default: 700, success: 800, warning: 800, info: 800 }
const dark = { default: 400, primary: 300 }

const family = join(root, 'plugins/interfaces')
/** The page of each interface, by its folder's name. */
const pages = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(family)
      .map((name) => [name, join(family, name, 'index.html')] as const)
      .filter(([, page]) => existsSync(page)),
  )

export const config = (outDir: string): InlineConfig => ({
  configFile: false,
  root,
  base,
  logLevel: 'warn',
  publicDir: join(root, 'core/interfaces/public'),
  cacheDir: join(root, 'node_modules/.cache/vite'),
  plugins: [
    cspClean({ palette, light, dark }),
    vue(),
    ui({
      colorMode: false,
      autoImport: false,
      dts: false,
      ui: { colors: palette },
      icon: {
        clientBundle: {
          scan: { globInclude: ['core/interfaces/kit/**/*.{vue,ts}', 'plugins/interfaces/**/*.{vue,ts}'] },
          sizeLimitKb: 512,
        },
      },
      experimental: { componentDetection: true },
    }),
  ],
  resolve: { alias: { 'sluice/interface': join(root, 'core/interfaces/kit/index.ts') } },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    // As `data:` they would be refused by the pages' policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    manifest: true,
    rolldownOptions: { input: pages() },
  },
})
