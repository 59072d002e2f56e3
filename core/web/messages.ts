import { IntlMessageFormat } from 'intl-messageformat'
import type { Message, Messages } from '../api/index.ts'
import { lookupOrder, negotiate } from './locales.ts'

/** Writes a message in one language. */
export type Translate = (message: Message) => string
/** A message that could not be written as it should. Its key is shown in its place. */
export type MessageProblem = { readonly key: string; readonly locale: string; readonly reason: string }

type Compiled = string | IntlMessageFormat

/** Only what has a placeholder is parsed, so that plain text may hold any character. */
const compile = (text: string, locale: string): Compiled =>
  text.includes('{') ? new IntlMessageFormat(text, locale, undefined, { ignoreTag: true }) : text

const merge = (catalogues: readonly Messages[]): ReadonlyMap<string, ReadonlyMap<string, string>> => {
  const merged = new Map<string, Map<string, string>>()
  for (const catalogue of catalogues)
    for (const [locale, texts] of Object.entries(catalogue)) {
      const known = merged.get(locale.toLowerCase()) ?? new Map<string, string>()
      merged.set(locale.toLowerCase(), known)
      for (const [key, text] of Object.entries(texts)) if (!known.has(key)) known.set(key, text)
    }
  return merged
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/**
 * The texts of core and of the plugins, ICU MessageFormat by key and language. A text is looked for in the locale, then in its
 * language, then in English. `locales` are those that core speaks. `problem` hears of an unknown key, of a text that cannot be parsed and
 * of a missing parameter; without it these throw, which is what tests want.
 */
export const createMessages = ({
  core,
  plugins,
  problem = ({ key, locale, reason }) => {
    throw new Error(`message ${key} in ${locale}: ${reason}`)
  },
}: {
  readonly core: Messages
  readonly plugins: readonly Messages[]
  readonly problem?: (problem: MessageProblem) => void
}) => {
  const texts = merge([core, ...plugins])
  const locales = Object.keys(core)

  const written = (key: string, locale: string): { readonly text: string; readonly in: string } | undefined => {
    for (const candidate of [...lookupOrder(locale.toLowerCase()), 'en']) {
      const text = texts.get(candidate)?.get(key)
      if (text !== undefined) return { text, in: candidate }
    }
    return undefined
  }

  const find = (key: string, locale: string): Compiled => {
    const found = written(key, locale)
    if (!found) throw new Error('no such message')
    return compile(found.text, found.in)
  }

  const createTranslator = (locale: string): Translate => {
    const compiled = new Map<string, Compiled>()
    const lookUp = (key: string): Compiled => {
      const before = compiled.get(key)
      if (before !== undefined) return before
      const found = find(key, locale)
      compiled.set(key, found)
      return found
    }
    return (message) => {
      if ('text' in message) return message.text
      try {
        const found = lookUp(message.key)
        return typeof found === 'string' ? found : String(found.format(message.params))
      } catch (error) {
        problem({ key: message.key, locale, reason: reasonOf(error) })
        return message.key
      }
    }
  }

  const translators = new Map<string, Translate>()
  return {
    locales,
    negotiate: (...wanted: readonly (string | undefined)[]): string => negotiate(locales, wanted),
    /** The text of a key that may not be there; none where it needs parameters. */
    plain(key: string, locale: string): string | undefined {
      const found = written(key, locale)
      return found?.text.includes('{') ? undefined : found?.text
    },
    translator: (locale: string): Translate => {
      const translate = translators.get(locale) ?? createTranslator(locale)
      if (locales.includes(locale)) translators.set(locale, translate)
      return translate
    },
  }
}
