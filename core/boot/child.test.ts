import assert from 'node:assert/strict'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { runChild } from './child.mjs'

test('tells how a program ended, and what it wrote', async () => {
  let output = ''
  const onOutput = (text: string) => {
    output += text
  }
  const end = await runChild(process.execPath, ['-e', 'console.log("out"); process.exit(3)'], { stdio: 'pipe', onOutput })
  assert.deepEqual(end, { code: 3, signal: null, late: false })
  assert.equal(output, 'out\n')
})

test('rejects where the program is not there', async () => {
  await assert.rejects(runChild('/nonexistent/program', [], {}), { code: 'ENOENT' })
})

test('ends a program at its deadline', async () => {
  const end = await runChild(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { deadline: 50 })
  assert.deepEqual(end, { code: null, signal: 'SIGTERM', late: true })
})

test('hands a signal on and ends the way the program ended', async () => {
  const inner = `process.once('SIGTERM', () => { console.log('stopped'); process.exit(7) }); setInterval(() => {}, 1e6); console.log('ready')`
  const outer = `
    import { endLike, runChild } from ${JSON.stringify(join(import.meta.dirname, 'child.mjs'))}
    endLike(await runChild(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit' }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', outer], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (data) => {
    output += String(data)
    if (output === 'ready\n') child.kill('SIGTERM')
  })
  const [code] = await once(child, 'close')
  assert.equal(code, 7)
  assert.equal(output, 'ready\nstopped\n')
})
