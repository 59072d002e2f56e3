import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { firstLoad, type Interface, limits } from '../bench/first-load.ts'

describe('the first page of an interface', () => {
  for (const name of Object.keys(limits) as Interface[]) {
    test(`of the ${name} loads at most ${limits[name]} KB of scripts and styles`, () => {
      const { files, gzip } = firstLoad(name)
      const told = files.map((file) => `${(file.gzip / 1000).toFixed(1).padStart(6)} ${file.file}${file.isEntry ? ' (entry)' : ''}`)
      assert.ok(
        gzip <= limits[name] * 1000,
        `${(gzip / 1000).toFixed(1)} KB after gzip; \`npm run bench -- sizes\` measures again:\n${told.join('\n')}`,
      )
    })
  }
})
