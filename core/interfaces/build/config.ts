import { readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import type { InlineConfig } from 'vite'
import { cspClean } from './csp-clean.ts'
import { iconsAtUse } from './icons.ts'
import { lazyToaster } from './lazy-toaster.ts'
import { parsedTexts } from './texts.ts'

export const root = fileURLToPath(new URL('../../../', import.meta.url))
/** Where the files of the interfaces are served, those of each below its name. */
const base = '/static/interfaces/'

const palette = { primary: 'tide', secondary: 'sky', success: 'green', info: 'sky', warning: 'amber', error: 'red', neutral: 'slate' }
/** Shades in which text and edges have the contrast that WCAG 2.2 AA asks for. */
const light = { default: 700, success: 800, warning: 800, info: 800 }
const dark = { default: 400, primary: 300 }

/** What we would have otherwise than Nuxt UI. Classes that are here are named in `kit/styles.css`, too. */
const theme = {
  // By default these fade by a quarter below the pointer, and their text with them.
  button: {
    compoundVariants: Object.keys(palette)
      .filter((color) => color !== 'neutral')
      .map((color) => ({ color, variant: 'solid', class: `hover:bg-${color}/90 active:bg-${color}/90` })),
  },
  // Its heading ends before the cross.
  modal: { slots: { wrapper: 'pe-8' } },
  // They stand in the landmark of their button, over what follows it there.
  dropdownMenu: { slots: { content: 'z-10' } },
}

const family = join(root, 'plugins/interfaces')
/** The interfaces, by their folders' names. */
export const interfaces = (): readonly string[] => readdirSync(family).filter((name) => existsSync(join(family, name, 'index.html')))

/** Code of the kit that does nothing by being imported: an interface carries only what it uses. */
const pure = /\/core\/interfaces\/kit\/(?!mount\.ts|theme\.ts)[^?]*\.(?:ts|vue|json)(?:$|\?)/

/**
 * Each interface is built by itself, so that none loads styles, icons or components for another's sake.
 * @param work an empty folder for what Nuxt UI writes down for Tailwind
 */
export const config = (name: string, { outDir, work }: { readonly outDir: string; readonly work: string }): InlineConfig => {
  const folder = join(family, name)
  const kit = join(root, 'core/interfaces/kit')
  return {
    configFile: false,
    root: folder,
    base: `${base}${name}/`,
    logLevel: 'warn',
    publicDir: join(root, 'core/interfaces/public'),
    cacheDir: join(work, 'cache'),
    plugins: [
      cspClean({ palette, light, dark }),
      lazyToaster(join(kit, 'components/Toasts.vue')),
      parsedTexts(),
      iconsAtUse(),
      vue({ features: { optionsAPI: false } }),
      ui({
        root: work,
        colorMode: false,
        autoImport: false,
        dts: false,
        ui: { colors: palette, ...theme },
        components: { dirs: [kit, folder] },
        icon: { clientBundle: false },
        experimental: { componentDetection: true },
      }),
    ],
    resolve: { alias: { 'sluice/interface': join(kit, 'index.ts') } },
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
      rolldownOptions: { input: join(folder, 'index.html'), treeshake: { moduleSideEffects: [{ test: pure, sideEffects: false }] } },
    },
  }
}
