import { createRequire } from 'node:module'
import tailwind from 'tailwindcss/colors'
import type { Plugin } from 'vite'

const require = createRequire(import.meta.url)
const shades = [50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950] as const

/** Which Tailwind colour stands for each of Nuxt UI's, and in which shade: one for all, or by name. */
export type Colours = {
  readonly palette: Readonly<Record<string, string>>
  readonly light: Readonly<Record<string, number>> & { readonly default: number }
  readonly dark: Readonly<Record<string, number>> & { readonly default: number }
}

/** The variables that Nuxt UI would write into a `<style>` while it runs. */
const variables = ({ palette, light, dark }: Colours): string => {
  // Tailwind writes down only those of its own colours that classes name, so their values go along.
  const known = tailwind as unknown as Readonly<Record<string, Readonly<Record<number, string>> | undefined>>
  const all = Object.entries(palette).flatMap(([name, colour]) =>
    shades.map((shade) => `--ui-color-${name}-${shade}:var(--color-${colour}-${shade},${known[colour]?.[shade] ?? ''});`),
  )
  const chosen = (shade: Colours['light']) =>
    Object.keys(palette)
      .filter((name) => name !== 'neutral')
      .map((name) => `--ui-${name}:var(--ui-color-${name}-${shade[name] ?? shade.default});`)
  return `@layer theme{:root,:host{${all.join('')}}:root,:host,.light{${chosen(light).join('')}}.dark{${chosen(dark).join('')}}}`
}

/** Icons are in the build: none is asked for over the network, and one that was forgotten is told in the console, which tests read. */
const icons = `
import { Icon as Known, addIcon as add } from '@iconify/vue/offline'
const seen = new Set()
export const Icon = Known
export const addIcon = (name, data) => { for (const key of [name, name.replace(':', '-')]) { seen.add(key); add(key, data) } }
export const iconLoaded = (name) => { if (!seen.has(name)) console.error('this icon is not in the build: ' + name); return true }
`
/** Sidebars could be drawers, which write a style sheet while they run; ours are not. */
const drawers = [
  'DrawerRoot',
  'DrawerRootNested',
  'DrawerTrigger',
  'DrawerPortal',
  'DrawerOverlay',
  'DrawerContent',
  'DrawerTitle',
  'DrawerDescription',
  'DrawerHandle',
  'DrawerClose',
]
  .map((name) => `export const ${name} = null`)
  .join('\n')

const virtual: Readonly<Record<string, string>> = { '@iconify/vue': icons, 'vaul-vue': drawers }
const sheet = 'virtual:colours.css'
const mark = '\0csp-clean:'
const replaced = /@nuxt\/ui\/dist\/runtime\/(plugins\/colors|vue\/plugins\/head)\.js$/

/**
 * Makes Nuxt UI obey `style-src 'self'; connect-src 'self'` with neither nonce nor `unsafe-inline`: its colours become a style sheet of the
 * build, and what would write styles or fetch icons while it runs is left out. Stops the build where Nuxt UI has moved one of these.
 */
export const cspClean = (colours: Colours): Plugin => {
  const met = new Set<string>()
  return {
    name: 'csp-clean',
    enforce: 'pre',
    resolveId(id) {
      if (id === sheet || Object.hasOwn(virtual, id)) return mark + id
      return undefined
    },
    load(id) {
      if (id === mark + sheet) return variables(colours)
      if (id.startsWith(mark)) return virtual[id.slice(mark.length)]
      const [, part] = replaced.exec(id) ?? []
      if (part === undefined) return undefined
      met.add(part)
      return 'export default { install() {} }'
    },
    buildEnd(error) {
      if (error) return
      for (const part of ['plugins/colors', 'vue/plugins/head'])
        if (!met.has(part)) throw new Error(`csp-clean: Nuxt UI ${require('@nuxt/ui/package.json').version} has no ${part} any more`)
    },
  }
}
