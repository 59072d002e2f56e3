import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isUnbuilt, type Option, optionNames, table, variableOf } from '../core/options/table.ts'
import { files, root } from './tools/sources.ts'

const read = (file: string) => readFileSync(join(root, file), 'utf8')
/** What people read to find out how things are; the changelog and the decisions say how they were. */
const guides = files.filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md' && !file.startsWith('docs/decisions/'))

test('the README lists every option with its default and its description, as the code has them', () => {
  const expected = optionNames.map((name) => {
    const { default: fallback, description, secret }: Option = table[name]
    return `| \`${variableOf(name)}\`${secret ? ' (or `_FILE`)' : ''} | ${fallback} | ${description} |`
  })
  const listed = read('README.md')
    .split('\n')
    .filter((line) => line.startsWith('| `SLUICE_'))
  assert.deepEqual(listed, expected)
})

test('no guide speaks of an option that is not there', () => {
  const built = new Set(optionNames.flatMap((name) => [variableOf(name), `${variableOf(name)}_FILE`]))
  built.add('SLUICE_CONFIG')
  for (const guide of guides) {
    for (const [variable] of read(guide).matchAll(/\bSLUICE_[A-Z_]*[A-Z]\b/g)) {
      const reason = isUnbuilt(variable.slice('SLUICE_'.length).toLowerCase()) ? 'is not built' : 'is no option'
      assert.ok(built.has(variable), `${guide}: ${variable} ${reason}`)
    }
  }
})

test('every link of a guide to a file of ours finds it', () => {
  for (const guide of guides) {
    for (const [, target = ''] of read(guide).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const path = join(guide, '..', target)
      assert.ok(
        files.some((file) => file === path || file.startsWith(`${path}/`)),
        `${guide} links to ${target}`,
      )
    }
  }
})
