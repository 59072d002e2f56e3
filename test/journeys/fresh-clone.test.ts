import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { files, root } from '../tools/sources.ts'

describe('a fresh clone', () => {
  let clone = ''
  before(() => {
    clone = mkdtempSync(join(tmpdir(), 'sluice-clone-'))
    for (const file of [...files, '.npmrc']) {
      mkdirSync(dirname(join(clone, file)), { recursive: true })
      cpSync(join(root, file), join(clone, file))
    }
  })
  after(() => rmSync(clone, { recursive: true, force: true }))

  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, args, { cwd: clone, encoding: 'utf8', env: { ...process.env, npm_config_prefer_offline: 'true', ...env } })

  test('says what to do where the registry cannot be reached, and ends', () => {
    const nowhere = {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(clone, '.cache/npm'),
    }
    const { status, stderr } = run(['core/boot/install.mjs'], nowhere)
    assert.equal(status, 1)
    assert.match(stderr, /The npm registry cannot be reached\. Connect this machine/)
  })

  test('installs its packages at the first start, and is silent and still in step at the next', () => {
    const first = run(['core/boot/boot.mjs', '--version'])
    assert.equal(first.status, 0, first.stderr)
    assert.match(first.stderr, /^Installing npm packages .+ done in \d+ s$/m)
    assert.ok(existsSync(join(clone, 'node_modules/.bin/node')))
    const second = run(['core/boot/boot.mjs', '--version'])
    assert.deepEqual([second.status, second.stderr, second.stdout], [0, '', first.stdout])
  })

  test('installs again where a package has gone', () => {
    rmSync(join(clone, 'node_modules/fastify'), { recursive: true })
    assert.equal(run(['core/boot/boot.mjs', '--version']).status, 0)
    assert.ok(existsSync(join(clone, 'node_modules/fastify/package.json')))
  })
})
