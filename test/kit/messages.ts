import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import type { Plugin } from '../../core/api/index.ts'
import { broughtBy } from '../../core/configuration/brought.ts'

/**
 * A plugin's texts: there in English and German and in step in all its languages (same keys, same arguments), valid ICU MessageFormat, every
 * key that the source in `folder` names is there, and no text is there that nothing names. Keys are found as string literals that
 * start with the plugin's id and a dot, so write them whole. What something that it brings is called and is for may be told, too:
 * `<kind>.title` and `<kind>.description`, or `<plugin>.<kind>.title` where it is not named as its plugin is.
 */
export function messagesContract(plugin: Plugin, folder: string): void {
  const { en, de, ...others } = plugin.messages ?? {}
  assert.ok(en && de, `${plugin.id} needs messages in en and de`)
  const used = keysIn(folder, plugin.id)
  for (const { kind } of broughtBy(plugin)) {
    const name = kind === plugin.id ? kind : `${plugin.id}.${kind}`
    for (const key of [`${name}.title`, `${name}.description`]) if (Object.hasOwn(en, key)) used.add(key)
  }
  assert.deepEqual(Object.keys(en).toSorted(), [...used].toSorted(), `keys of ${plugin.id}: texts (left) and what the source names (right)`)
  for (const [language, texts] of Object.entries({ en, de, ...others })) {
    assert.deepEqual(Object.keys(texts).toSorted(), Object.keys(en).toSorted(), `keys of ${plugin.id} in ${language}`)
    for (const [key, text] of Object.entries(texts)) {
      assert.ok(text.trim(), `${key} is empty in ${language}`)
      assert.deepEqual(argumentsOf(text, language), argumentsOf(en[key] ?? '', 'en'), `arguments of ${key} in ${language}`)
    }
  }
}

function keysIn(folder: string, id: string): Set<string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )
  const literal = new RegExp(`'(${id}\\.[a-z0-9.-]+)'`, 'g')
  return new Set(files.flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(literal)].map((match) => match[1] ?? '')))
}

type Element = ReturnType<IntlMessageFormat['getAst']>[number]

/** Names of a message's arguments, nested ones too. Text that is not ICU MessageFormat throws here. */
function argumentsOf(text: string, language: string): string[] {
  const names = (element: Element): string[] => {
    const own = 'value' in element && ![0, 7].includes(element.type) ? [element.value] : []
    const options = 'options' in element ? Object.values(element.options).flatMap((option) => option.value.flatMap(names)) : []
    const children = 'children' in element ? element.children.flatMap(names) : []
    return [...own, ...options, ...children]
  }
  return [...new Set(new IntlMessageFormat(text, language).getAst().flatMap(names))].toSorted()
}
