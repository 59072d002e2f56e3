import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Http, ports } from '../api/index.ts'
import type { Catalog } from '../configuration/catalog.ts'
import { quietly } from './quiet.ts'
import type { Implementations } from './types.ts'

test('a simulation calls no other server', async () => {
  let called = 0
  const http: Http = { request: async () => ({ status: ++called, headers: {}, body: '' }) }
  const stage = { kind: 'caller', use: { http: ports.http } }
  // No more than what is asked for here; the other ports are empty.
  const catalog = { plugins: [{ id: 'caller', stages: [stage] }], stage: () => stage } as unknown as Catalog
  const empty = Object.fromEntries(Object.keys(ports).map((name) => [name, {}]))
  const implementations = { ...empty, http } as unknown as Implementations
  const { use } = quietly(catalog, implementations, () => ({}) as never)({} as never)
  const { http: quiet } = use('caller') as { readonly http: Http }
  await assert.rejects(quiet.request({ url: 'https://example.com/' }), /a simulation calls no other server/)
  assert.equal(called, 0)
})
