import assert from 'node:assert/strict'
import test from 'node:test'
import { keptByOrigin } from './kept-by-origin.ts'
import type { OidcProvider } from './types.ts'

test('a text is built once for an origin, and made-up origins do not pile up', () => {
  const built: string[] = []
  const textOf = keptByOrigin((origin) => {
    built.push(origin)
    return `of ${origin}`
  })
  const provider = { settings: {} } as OidcProvider
  for (let asked = 0; asked < 3; asked++) assert.equal(textOf('https://id.example', provider), 'of https://id.example')
  assert.deepEqual(built, ['https://id.example'])
  for (let port = 1; port <= 20; port++) textOf(`http://127.0.0.1:${port}`, provider)
  textOf('https://id.example', provider)
  assert.equal(built.filter((origin) => origin === 'https://id.example').length, 2, 'it was dropped meanwhile')
  textOf('https://id.example', { settings: {} } as OidcProvider)
  assert.equal(built.filter((origin) => origin === 'https://id.example').length, 3, 'other settings have a text of their own')
})
