import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { missingPackages } from './packages.mjs'

describe('packages that are not as locked', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-packages-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const write = (file: string, content: unknown) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), JSON.stringify(content))
  }
  const lock = { version: '1.0.0', integrity: 'sha512-a' }
  const wanted = (more: object = {}) => write('package-lock.json', { packages: { '': {}, 'node_modules/a': { ...lock, ...more } } })
  const installed = (more: object = {}) => {
    write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { ...lock, ...more } } })
    write('node_modules/a/package.json', {})
  }
  const missing = (dev = false) => missingPackages(root, { dev })

  test('none where npm has installed what is locked', () => {
    wanted()
    installed()
    assert.deepEqual(missing(), [])
  })

  test('all where nothing was installed', () => {
    wanted()
    assert.deepEqual(missing(), ['node_modules/a'])
  })

  test('one of another version, of another content, or whose folder is gone', () => {
    wanted()
    installed({ version: '0.9.0' })
    assert.deepEqual(missing(), ['node_modules/a'])
    installed({ integrity: 'sha512-b' })
    assert.deepEqual(missing(), ['node_modules/a'])
    installed()
    rmSync(join(root, 'node_modules/a'), { recursive: true })
    assert.deepEqual(missing(), ['node_modules/a'])
  })

  test('not one for another platform', () => {
    wanted({ optional: true })
    assert.deepEqual(missing(), [])
  })

  test('one for development only where that is asked for', () => {
    wanted({ dev: true })
    assert.deepEqual(missing(), [])
    assert.deepEqual(missing(true), ['node_modules/a'])
  })

  test('none without a lock file', () => {
    assert.deepEqual(missing(), [])
  })
})
