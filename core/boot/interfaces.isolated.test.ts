import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ensureBuilt } from './interfaces.mjs'

/** Stands in for the build: notes that it ran, and leaves what a build leaves. */
const build = (root: string, then = '') => `
import { appendFileSync, mkdirSync } from 'node:fs'
import { writeStamp } from ${JSON.stringify(new URL('interfaces.mjs', import.meta.url).href)}
const root = ${JSON.stringify(root)}
appendFileSync(root + '/builds', '.')
${then}
mkdirSync(root + '/dist/interfaces', { recursive: true })
writeStamp(root, root + '/dist/interfaces')
`

describe('interfaces that are not as their sources', () => {
  let root = ''
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), content)
  }
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-interfaces-'))
    write('package.json', '{ "type": "module" }')
    write('core/interfaces/build/main.ts', build(root))
    write('core/interfaces/kit/button.vue', '<template/>')
    write('plugins/interfaces/user/page.vue', '<template/>')
    write('core/web/static/base.css', 'p {}')
    write('core/configuration/yaml.ts', 'export {}')
    write('package-lock.json', '{}')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const start = () => ensureBuilt(root, process.execPath)
  const builds = () => (existsSync(join(root, 'builds')) ? readFileSync(join(root, 'builds'), 'utf8').length : 0)
  const builtOnce = async () => {
    assert.equal(await start(), undefined)
    assert.equal(builds(), 1)
  }

  test('are built at the first start, and not at the next', async () => {
    await builtOnce()
    await builtOnce()
  })

  for (const source of [
    'core/interfaces/kit/button.vue',
    'plugins/interfaces/user/page.vue',
    'core/web/static/base.css',
    'core/configuration/yaml.ts',
    'package-lock.json',
  ])
    test(`are built again, once, after a change of ${source}`, async () => {
      await builtOnce()
      appendFileSync(join(root, source), '\n')
      for (const _ of [1, 2]) assert.equal(await start(), undefined)
      assert.equal(builds(), 2)
    })

  test('are built again where a source came, moved or went', async () => {
    await builtOnce()
    write('plugins/interfaces/user/another.vue', '')
    await start()
    assert.equal(builds(), 2)
    rmSync(join(root, 'plugins/interfaces/user/another.vue'))
    write('plugins/interfaces/user/moved.vue', '')
    await start()
    assert.equal(builds(), 3)
    rmSync(join(root, 'plugins/interfaces/user/moved.vue'))
    await start()
    assert.equal(builds(), 4)
  })

  test('are not built for a test or a description', async () => {
    await builtOnce()
    write('core/interfaces/kit/button.test.ts', '')
    write('core/interfaces/README.md', '')
    await builtOnce()
  })

  test('are built again where what was built has gone', async () => {
    await builtOnce()
    rmSync(join(root, 'dist'), { recursive: true })
    await start()
    assert.equal(builds(), 2)
  })

  test('say why they cannot be built, and try again at the next start', async () => {
    write('core/interfaces/build/main.ts', build(root, `throw new Error('no room')`))
    for (const _ of [1, 2]) assert.match((await start()) ?? '', /The interfaces could not be built:[^]*no room/)
    assert.equal(builds(), 2)
  })

  test('are used as they are where there are no sources, as in a package', async () => {
    rmSync(join(root, 'core'), { recursive: true })
    rmSync(join(root, 'plugins'), { recursive: true })
    assert.equal(await start(), undefined)
    assert.equal(builds(), 0)
  })
})
