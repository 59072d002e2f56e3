import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { readFlowTest } from '../../core/configuration/flow-tests.ts'
import { Misconfigured, readCatalog, readConfiguration } from '../../core/configuration/house.ts'
import { type Block, blocksOf } from '../tools/markdown.ts'
import { files, root } from '../tools/sources.ts'
import { fits, runnable, Shell } from './shell.ts'

const guides = files.filter((file) => file.endsWith('.md') && !file.startsWith('docs/decisions/') && file !== 'CHANGELOG.md')
const catalog = await readCatalog()

/** Every variable that a document may name for a secret. */
const secret = Buffer.from('a secret of thirty-two characters').toString('base64')
const secrets = new Proxy(
  {},
  {
    get: () => secret,
    getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: secret }),
  },
)

/** What the reader of configuration says about a block: nothing, where it is good. */
function problemsOf({ text }: Block): readonly string[] {
  const written = parse(text) as unknown
  if (Array.isArray(written)) {
    // Steps, as the descriptions of stages show them: their settings must be right, what stands before them is left to the reader.
    return written.flatMap(({ type, with: settings = {} }: { type: string; with?: unknown }) => {
      const stage = catalog.stage(type)
      if (!stage) return [catalog.unknownStage(type)]
      const checked = catalog.settings(stage, settings)
      return 'problems' in checked ? checked.problems.map(({ message }) => message) : []
    })
  }
  const directory = mkdtempSync(join(tmpdir(), 'sluice-guide-'))
  try {
    const file = join(directory, 'document.yaml')
    writeFileSync(file, text)
    for (const [, name = ''] of text.matchAll(/\$file: ([\w.-]+)/g)) writeFileSync(join(directory, name), 'a secret')
    readConfiguration(catalog, { apply: [file], configuration: undefined }, secrets)
    return []
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error
    return error.problems.map((problem) => problem.replace(`${directory}/`, ''))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

for (const guide of guides) {
  const blocks = blocksOf(readFileSync(join(root, guide), 'utf8'))
  const at = ({ line }: Block) => `${guide}:${line}`

  for (const [index, block] of blocks.entries()) {
    if (block.language !== 'yaml') continue
    if (block.info === 'wrong') {
      test(`${at(block)}: the problems of this document are told as they are`, () => {
        assert.equal(problemsOf(block).join('\n'), blocks[index + 1]?.text.trimEnd())
      })
    } else if (/\bfile=\S+\.test\.yaml/.test(block.info)) {
      test(`${at(block)}: this test can be run`, () => assert.ok('test' in readFlowTest(block.text, 'guide')))
    } else {
      test(`${at(block)}: this document can be used`, () => assert.deepEqual(problemsOf(block), []))
    }
  }

  const commands = blocks.filter(({ language, text }) => language === 'sh' && runnable(text).trim() !== '')
  if (commands.length === 0) continue
  describe(`the commands of ${guide}`, () => {
    test('run one after the other, with the output that is shown', { timeout: 100_000 }, async () => {
      const shell = await Shell.open(!guide.startsWith('README'))
      try {
        for (const [index, block] of blocks.entries()) {
          const file = /\bfile=(\S+)/.exec(block.info)?.[1]
          if (file !== undefined) await shell.write(file, block.text)
          if (block.language !== 'sh') continue
          const text = runnable(block.text)
          if (block.info === 'stop') await shell.stop()
          const output = block.info === 'server' ? await shell.serve(text) : await shell.run(text)
          const next = blocks[index + 1]
          if (next?.language === 'text') assert.ok(fits(output, next.text), `${at(next)} shows\n${next.text}\nbut this was\n${output}`)
        }
      } finally {
        await shell.stop()
      }
    })
  })
}
