import type { Plugin } from 'vite'

/** Puts a component of ours in the place of the toaster that Nuxt UI's `UApp` always loads; stops the build where there is none any more. */
export const lazyToaster = (ours: string): Plugin => {
  let isMet = false
  return {
    name: 'lazy-toaster',
    enforce: 'pre',
    resolveId(id, importer) {
      if (!id.endsWith('/Toaster.vue') || !importer?.includes('/@nuxt/ui/dist/runtime/components/App.vue')) return undefined
      isMet = true
      return ours
    },
    buildEnd(error) {
      if (!error && !isMet) throw new Error('lazy-toaster: the App.vue of this Nuxt UI imports no Toaster.vue')
    },
  }
}
