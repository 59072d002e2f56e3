import { readFileSync } from 'node:fs'
import { IntlMessageFormat } from 'intl-messageformat'
import type { Plugin } from 'vite'

const parser = '@formatjs/icu-messageformat-parser'

/** What stands in `en.json` and its like, with every text that has places for values parsed already: browsers load no parser. */
export const parsedTexts = (): Plugin => ({
  name: 'parsed-texts',
  enforce: 'pre',
  resolveId(id, importer) {
    return id === parser ? this.resolve(`${parser}/no-parser.js`, importer) : undefined
  },
  load(id) {
    if (!/\/(?:core|plugins)\/interfaces\/.*\/[a-z]{2}\.json$/.test(id)) return undefined
    const texts = JSON.parse(readFileSync(id, 'utf8')) as Record<string, string>
    const parsed = Object.entries(texts).map(([name, text]) => {
      try {
        return [name, text.includes('{') ? new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst() : text]
      } catch (error) {
        return this.error(`${id}: ${name}: ${JSON.stringify(text)} is no ICU message: ${(error as Error).message}`)
      }
    })
    return JSON.stringify(Object.fromEntries(parsed))
  },
})
