import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literal, screen, type Node, type WebAuthn } from '../api/index.ts'
import { answerTo, type Fields } from './answers.ts'
import { program } from './house.fixture.ts'
import { refill } from './refill.ts'

const label = literal('Label')
const passkey: WebAuthn = { node: 'webauthn', name: 'passkey', does: 'get', options: { challenge: 'AA' }, label }
const code = { node: 'field', input: 'code', name: 'code', label, required: true } as const
const go = { node: 'button', label } as const
const other = { node: 'button', label, name: 'way', value: 'other', skips: true } as const

const flow = program([{ type: 'who' }, { type: 'code' }])
const answering = (nodes: readonly Node[], answers: Fields, more: { readonly assume?: boolean } = {}) => {
  const { answer, lacking, answered, assumed, fields } = answerTo(flow, 'code-2', screen(label, ...nodes), { answers, ...more })
  return { answer, lacking: lacking.map(({ name }) => name), answered, assumed, fields }
}

test('what a browser fills in is asked for by its name, and lacking where nothing else leads on', () => {
  const { fields, lacking } = answering([passkey, other], {})
  assert.deepEqual(fields[0], { name: 'passkey', input: 'webauthn', label, required: true })
  assert.deepEqual(lacking, ['passkey'])
  assert.deepEqual(answering([code, go, passkey], {}).lacking, ['code'])
  const { answer, lacking: none, answered } = answering([code, go, passkey], { code: '1' })
  assert.deepEqual([answer, none, answered], [{ code: '1' }, [], ['code']])
})

test('answered, it is sent alone, whatever the page would ask besides, and a proof is not assumed', () => {
  const nodes = [code, { ...go, name: 'do', value: 'verify' }, passkey, other]
  const { answer, lacking, assumed } = answering(nodes, { passkey: '{}' }, { assume: true })
  assert.deepEqual([answer, lacking, assumed], [{ passkey: '{}' }, [], undefined])
  assert.equal(answering([passkey, other], {}, { assume: true }).assumed, 'totp')
})

test('a way aside is taken by nobody who does not say so', () => {
  assert.deepEqual(answering([code, go, other], { code: '1' }).answer, { code: '1' })
  assert.deepEqual([answering([code, go, other], { code: '1' }).lacking, answering([passkey, other], {}).answer], [[], {}])
  const { answer, lacking } = answering([code, go, other], { 'code-2.way': 'other' })
  assert.deepEqual([answer, lacking], [{ way: 'other' }, []])
  assert.deepEqual(answering([code, go, other], { way: 'elsewhere' }).lacking, ['code'])
})

test('beside one that leads on it is no choice; where there is nothing else it is one', () => {
  const on = { node: 'button', label, name: 'way', value: 'on' } as const
  assert.deepEqual(answering([on, other], {}).answer, { way: 'on' })
  assert.deepEqual(answering([other], {}).answer, { way: 'other' })
  assert.deepEqual(answering([other, { ...other, value: 'back' }], {}).lacking, ['way'])
})

test('what a browser filled in is never put back into a page', () => {
  const shown = screen(label, passkey, code, { node: 'field', input: 'text', name: 'name', label })
  const filled = refill(shown, { passkey: '{}', code: '1', name: 'Laptop' })
  assert.deepEqual(filled.nodes, [passkey, code, { node: 'field', input: 'text', name: 'name', label, value: 'Laptop' }])
})
