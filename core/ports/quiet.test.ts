import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Http, type Mailing, ports, type Recovery } from '../api/index.ts'
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

test('a simulation mails no link and no code, and says that it did; it leads nobody to where one is mailed', async () => {
  let called = 0
  const mail = { sendLink: async () => ++called > 0, sendCode: async () => ({ sent: `${++called}` }) } as unknown as Mailing
  const recovery: Recovery = { path: async () => `${++called}` }
  const stage = { kind: 'mails', use: { mail: ports.mail, recovery: ports.recovery } }
  const catalog = { plugins: [{ id: 'mails', stages: [stage] }], stage: () => stage } as unknown as Catalog
  const empty = Object.fromEntries(Object.keys(ports).map((name) => [name, {}]))
  const implementations = { ...empty, mail, recovery } as unknown as Implementations
  const { use } = quietly(catalog, implementations, () => ({}) as never)({} as never)
  const quiet = use('mails') as { readonly mail: Mailing; readonly recovery: Recovery }
  assert.equal(await quiet.mail.sendLink('u1', {} as never), true)
  assert.equal(quiet.mail.canSend(), true)
  assert.deepEqual(await quiet.mail.sendCode('u1', {} as never), { sent: 'simulated' })
  assert.equal(await quiet.mail.takeCode('simulated', '000000'), 'gone')
  assert.equal(await quiet.recovery.path({} as never), undefined)
  assert.equal(called, 0)
})
