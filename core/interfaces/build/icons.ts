import { createRequire } from 'node:module'
import type { Plugin } from 'vite'

type Drawing = { readonly body: string }
type Icons = {
  readonly icons: Readonly<Record<string, Drawing>>
  readonly aliases?: Readonly<Record<string, { readonly parent: string }>>
}
const { icons, aliases = {} } = createRequire(import.meta.url)('@iconify-json/lucide/icons.json') as Icons

const prefix = 'virtual:icon/'
const mark = '\0'
/** Knows the names of the icons that Nuxt UI's components show by themselves. */
const nuxtConfig = 'nuxt:ui:app-config'
const literal = /\bi-lucide-([a-z0-9-]+)/g
const member = /\bui\??\.icons\??\.(\w+)/g

type Load = (id: string) => string

/** Brings icons along with the code that names them, so that a page loads those that it may show and no others. */
export const iconsAtUse = (): Plugin => {
  let nuxtIcons: Readonly<Record<string, string>> = {}
  return {
    name: 'icons-at-use',
    enforce: 'post',
    configResolved({ plugins }) {
      // It is nowhere else to be had than in the code that one of Nuxt UI's plugins makes of it.
      const load = plugins.find(({ name }) => name === nuxtConfig)?.load as Load | { readonly handler: Load } | undefined
      const code = (typeof load === 'function' ? load : load?.handler)?.('virtual:nuxt-ui-app-config') ?? ''
      nuxtIcons = Object.fromEntries([...code.matchAll(/"(\w+)":"(i-lucide-[a-z0-9-]+)"/g)].map(([, name, icon]) => [name!, icon!]))
      if (!nuxtIcons['loading']) throw new Error(`icons-at-use: the plugin ${nuxtConfig} of this Nuxt UI tells no icons`)
    },
    resolveId: (id) => (id.startsWith(prefix) ? mark + id : undefined),
    load(id) {
      if (!id.startsWith(mark + prefix)) return undefined
      const name = id.slice(mark.length + prefix.length)
      const drawing = icons[name] ?? icons[aliases[name]?.parent ?? '']
      if (!drawing) this.error(`there is no icon "${name}" in Lucide; look for one at https://lucide.dev/icons`)
      const data = JSON.stringify({ body: drawing.body, width: 24, height: 24 })
      return { code: `import { addIcon } from '@iconify/vue'\naddIcon('lucide:${name}', ${data})`, moduleSideEffects: true }
    },
    transform(code, id) {
      const isOurs = /\/(?:core|plugins)\/interfaces\//.test(id)
      if (!isOurs && !id.includes('/@nuxt/ui/dist/runtime/')) return undefined
      const asked = isOurs ? code : [...code.matchAll(member)].map(([, name]) => nuxtIcons[name!] ?? '').join(' ')
      const names = new Set([...asked.matchAll(literal)].map(([, name]) => name!))
      if (names.size === 0) return undefined
      return { code: [...names].map((name) => `import '${prefix}${name}';`).join('') + code, map: null }
    },
  }
}
