import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const resolver = JSON.stringify(join(import.meta.dirname, 'resolve.mjs'))

test('a plugin outside the checkout gets the plugin API and typebox of this installation, and nothing else of it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-plugin-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(
    join(folder, 'plugin.ts'),
    `import { apiVersion, type Plugin, Type } from 'sluice/plugin'
     import own from 'typebox'
     export const same: boolean = own === Type
     export const version: Plugin['version'] = apiVersion
     export const refused = await import('fastify').catch((error: { code: string }) => error.code)`,
  )
  const script = `
    import { registerResolver } from ${resolver}
    registerResolver()
    const { same, version, refused } = await import(${JSON.stringify(join(folder, 'plugin.ts'))})
    console.log(JSON.stringify({ same, version, refused }))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', cwd: folder })
  assert.equal(stderr, '')
  assert.deepEqual(JSON.parse(stdout), { same: true, version: '1.0.0', refused: 'ERR_MODULE_NOT_FOUND' })
})
