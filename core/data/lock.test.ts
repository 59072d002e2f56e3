import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { lockFile } from './lock.ts'

describe('lock', () => {
  let folder: string
  let path: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-lock-'))
    path = join(folder, 'server.lock')
  })
  after(() => rm(folder, { recursive: true }))

  test('is had once, and again after its release', () => {
    const lock = lockFile(path)
    assert.ok(lock)
    assert.equal(lockFile(path), undefined)
    lock.release()
    const again = lockFile(path)
    assert.ok(again)
    again.release()
  })

  test('dies with a killed process', { timeout: 20_000 }, async () => {
    const code = `const { lockFile } = await import(${JSON.stringify(import.meta.resolve('./lock.ts'))})
      const lock = lockFile(${JSON.stringify(path)}); process.send(Boolean(lock)); setInterval(() => lock, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    assert.deepEqual((await once(child, 'message'))[0], true)
    assert.equal(lockFile(path), undefined)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = lockFile(path)
    assert.ok(lock)
    lock.release()
  })

  test('says so where the file cannot be made', () => {
    assert.throws(() => lockFile(join(folder, 'absent', 'server.lock')), /unable to open/)
  })
})
