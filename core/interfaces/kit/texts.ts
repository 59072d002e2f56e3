import { IntlMessageFormat } from 'intl-messageformat'
import { ref, shallowRef } from 'vue'

/** As they are written; the build has parsed those with places for values. */
type Texts = Readonly<Record<string, string | Parsed>>
type Parsed = Exclude<ConstructorParameters<typeof IntlMessageFormat>[0], string>
type Loader = () => Promise<Texts>
type Values = Readonly<Record<string, string | number | Date | boolean | null | undefined>>

/** What interfaces speak, by language tag. English is complete. */
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages
const isLanguage = (tag: string): tag is Language => Object.hasOwn(languages, tag)

const key = 'sluice.language'
const own: Readonly<Record<Language, Loader>> = {
  en: async () => (await import('./messages/en.json')).default,
  de: async () => (await import('./messages/de.json')).default,
}

/** The language of the page, as a BCP 47 tag. */
export const language = ref<Language>('en')
const texts = shallowRef<Texts>({})
const compiled = new Map<string, IntlMessageFormat>()
let more: Readonly<Record<Language, Loader>> = { en: async () => ({}), de: async () => ({}) }

/** `?lang=`, then what was chosen here before, then what the browser asks for. */
const wanted = (): Language => {
  let before: string | null = null
  try {
    before = localStorage.getItem(key)
  } catch {
    // Nothing is kept here.
  }
  const wishes = [new URLSearchParams(location.search).get('lang'), before, ...navigator.languages]
  for (const wish of wishes) {
    const tag = wish?.toLowerCase().split('-')[0] ?? ''
    if (isLanguage(tag)) return tag
  }
  return 'en'
}

const show = async (tag: Language): Promise<void> => {
  const [kit, interfaces] = await Promise.all([own[tag](), more[tag]()])
  compiled.clear()
  texts.value = { ...kit, ...interfaces }
  language.value = tag
  document.documentElement.lang = tag
}

/** Loads the texts of an interface, beside those of the kit. To be awaited before anything is shown. */
export const loadTexts = (loaders: Readonly<Record<Language, Loader>>): Promise<void> => {
  more = loaders
  return show(wanted())
}

export const setLanguage = (tag: Language): Promise<void> => {
  try {
    localStorage.setItem(key, tag)
  } catch {
    // Chosen for this visit only.
  }
  return show(tag)
}

/** Is there such a text? */
export const hasText = (name: string): boolean => texts.value[name] !== undefined

/** A text in the language of the page, ICU MessageFormat. One that is not there is shown as its key, and told in the console, which tests read. */
export const t = (name: string, values?: Values): string => {
  const text = texts.value[name]
  if (text === undefined) {
    // oxlint-disable-next-line no-console -- in the browser this is where it belongs; tests fail by it
    console.error(`there is no text "${name}" in ${language.value}`)
    return name
  }
  if (typeof text === 'string') return text
  let format = compiled.get(name)
  if (!format) compiled.set(name, (format = new IntlMessageFormat(text, language.value, undefined, { ignoreTag: true })))
  return String(format.format(values as Record<string, string>))
}
