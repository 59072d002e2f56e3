import { shallowRef, watch } from 'vue'
import { type Language, language } from '../texts.ts'

type Catalogue = Readonly<Record<string, string>>
/** Schemas speak English; these say the same in other languages, by the English text. */
const catalogues: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: async () => ({}),
  de: async () => (await import('./labels.de.json')).default,
}
const catalogue = shallowRef<Catalogue>({})
watch(
  language,
  async (tag) => {
    const loaded = await catalogues[tag]()
    if (tag === language.value) catalogue.value = loaded
  },
  { immediate: true },
)

/** A text of a schema in the language of the page, as far as it is known there. */
export const schemaText = (text: string): string => catalogue.value[text] ?? text

/** `postLogoutUris` becomes `Post logout uris`: for what has no title. */
export const humanized = (name: string): string => {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[-_.]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase()
}
