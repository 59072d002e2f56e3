import assert from 'node:assert/strict'
import { test } from 'node:test'
import { javascriptLanguage } from '@codemirror/lang-javascript'
import type { Known } from './known.ts'
import known from './known.json' with { type: 'json' }
import { completionsAt } from './offered.ts'
import { Resolver } from './resolve.ts'

const offered = (source: string): readonly string[] => {
  const tree = javascriptLanguage.parser.parse(source)
  const resolver = new Resolver(known as Known, tree, (from, to) => source.slice(from, to))
  return completionsAt(resolver, known as Known, tree, source.length).map(({ label }) => label)
}

const ofUser = 'groups'
const ofList = 'includes'
const ofText = 'startsWith'
const ofProof = 'method'
const ofDate = 'getTime'
/** What is written, and one of the names that are offered then: only that type has it. */
const probes: readonly (readonly [source: string, offered: string])[] = [
  ['user.', ofUser],
  ['user?.', ofUser],
  ['user.gr', ofUser],
  ['!user.', ofUser],
  ['user.groups.', ofList],
  ['user.groups[0]?.', ofText],
  ['user.groups[0].toLowerCase().', ofText],
  ['request.ip.', 'in'],
  ['request.', 'userAgent'],
  ['device.', 'known'],
  ['session?.at.', ofDate],
  ['now.', ofDate],
  ['now.getHours().', 'toFixed'],
  ['methods.', ofList],
  ['proofs[0].', ofProof],
  ['proofs.at(-1)?.', ofProof],
  ['proofs.at(-1)?.at.', ofDate],
  ['proofs.find((proof) => proof.', ofProof],
  ['proofs.some(({ method }) => method.', ofText],
  ['proofs.some(({ at: when }) => when.', ofDate],
  ['proofs.filter((proof) => true).map((proof) => proof.', ofProof],
  ['proofs.map((proof) => proof.at)[0].', ofDate],
  ['proofs.toSorted((a, b) => b.', ofProof],
  ['proofs.reduce((sum, proof) => proof.', ofProof],
  ['user.groups.map(g => g.', ofText],
  ['user.groups.map((g, index) => index.', 'toFixed'],
  ['const groups = user.groups\nreturn groups[0].', ofText],
  ['const { groups } = user\nreturn groups.', ofList],
  ['const { groups: mine } = user\nreturn mine.', ofList],
  ['for (const group of user.groups) { group.', ofText],
  ['slugify(user.name).', ofText],
  ['(user.name || "x").', ofText],
  ['(device.known ? user.name : "x").', ofText],
  ['`x`.', ofText],
  ['["a"].', ofList],
  ['["a"].map((text) => text.', ofText],
  ['Math.', 'floor'],
  ['Object.keys(facts).', ofList],
  ['us', 'user'],
  ['const mine = 1\nmi', 'mine'],
  ['user.isInGroup("a") && req', 'request'],
]
for (const [source, label] of probes)
  test(`offers ${label} after ${JSON.stringify(source)}`, () => assert.ok(offered(source).includes(label), offered(source).join()))

test('offers members of the very type', () => {
  assert.deepEqual(offered('user.groups.').includes('push'), false)
  assert.deepEqual(offered('user.').toSorted(), Object.keys((known as Known).types['User']!).toSorted())
})

for (const source of ['"user.', '// user.', 'user.attributes.', 'facts.login.', 'nobody.', '1 + '])
  test(`offers nothing after ${JSON.stringify(source)}`, () => assert.deepEqual(offered(source), []))
