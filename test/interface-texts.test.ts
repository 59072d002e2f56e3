import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { IntlMessageFormat } from 'intl-messageformat'
import { projectFiles } from './files.mjs'

const root = join(import.meta.dirname, '..')
const parts: Readonly<Record<string, string>> = {
  kit: 'core/interfaces/kit',
  console: 'plugins/interfaces/console/src',
  portal: 'plugins/interfaces/portal/src',
}
const languages = ['en', 'de'] as const

const filesOf = (part: string) => projectFiles(root, parts[part])
const texts = (part: string, language: string): Readonly<Record<string, string>> =>
  Object.assign(
    {},
    ...filesOf(part)
      .filter((file) => file.endsWith(`/${language}.json`))
      .map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as object),
  )
/** The names of a text's placeholders, also of those within choices. */
const placeholders = (text: string): readonly string[] => {
  const names = new Set<string>()
  const walk = (nodes: readonly any[]): void => {
    for (const node of nodes) {
      if (node.type !== 0 && node.type !== 7 && typeof node.value === 'string') names.add(node.value)
      for (const option of Object.values<any>(node.options ?? {})) walk(option.value)
    }
  }
  walk(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst())
  return [...names].toSorted()
}

for (const part of Object.keys(parts)) {
  describe(`the texts of ${part}`, () => {
    const [en, de] = languages.map((language) => texts(part, language)) as [Record<string, string>, Record<string, string>]

    test('are there in every language, with the same placeholders', () => {
      assert.deepEqual(Object.keys(de).toSorted(), Object.keys(en).toSorted())
      for (const [name, text] of Object.entries(en))
        if (text.includes('{') || de[name]?.includes('{')) assert.deepEqual(placeholders(de[name] ?? ''), placeholders(text), name)
    })

    test('are all that the code asks for', () => {
      const known = { ...texts('kit', 'en'), ...en }
      const wrong = filesOf(part)
        .filter((file) => /\.(vue|ts)$/.test(file) && !file.endsWith('.test.ts'))
        .flatMap((file) =>
          [...readFileSync(join(root, file), 'utf8').matchAll(/\bt\(\s*'([^']+)'/g)]
            .filter(([, name]) => !Object.hasOwn(known, name!))
            .map(([, name]) => `${file}: ${name}`),
        )
      assert.deepEqual(wrong, [])
    })

    test('are all used', () => {
      // The kit's are there for interfaces, too.
      const code = (part === 'kit' ? Object.keys(parts) : [part])
        .flatMap(filesOf)
        .filter((file) => /\.(vue|ts)$/.test(file))
        .map((file) => readFileSync(join(root, file), 'utf8'))
        .join('\n')
      // A name may be put together: then its beginning stands in the code, up to a `${`.
      const beginnings = [...code.matchAll(/`([a-z][\w.-]*\.)\$\{/g)].map(([, beginning]) => beginning!)
      const unused = Object.keys(en).filter(
        (name) => !code.includes(`'${name}'`) && !beginnings.some((beginning) => name.startsWith(beginning)),
      )
      assert.deepEqual(unused, [])
    })
  })
}
