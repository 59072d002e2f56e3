import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

const require = createRequire(import.meta.url)
const name = '@jitl/quickjs-wasmfile-release-sync'

/**
 * The engine that was examined: QuickJS 2025-09-13+f1139494, a commit of 2025-12-22, after the fix of CVE-2025-62490. CVE-2026-0821, -0822, -1144,
 * -1145, -120438 and -120439 are about quickjs-ng, in typed arrays, Atomics and Proxy, which no program has here (`hostile.isolated`). Who takes
 * another one looks at what was published since, and writes it here.
 */
const examined = { version: '0.32.0', sha256: '105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232' }

test('the engine is the one that was examined for known weaknesses, byte by byte, and its version is pinned', () => {
  const wasm = readFileSync(require.resolve(`${name}/wasm`))
  assert.equal(createHash('sha256').update(wasm).digest('hex'), examined.sha256)
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  assert.equal(dependencies[name], examined.version)
})
