import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent } from '../api/index.ts'
import { eventOfMail } from './event-mail.ts'

const event: AuditEvent = {
  id: '0',
  at: '2030-01-31T09:30:00.000Z',
  action: 'login_failed',
  user: null,
  userName: null,
  application: null,
  ip: '192.0.2.1',
  userAgent: 'Browser/5.0 (1.2.3)',
  request: null,
  detail: {},
}
const shown = (name: string): string | undefined => eventOfMail({ ...event, detail: { name } }, false).details[0]?.value

test('nothing that strangers type looks like an address to mail programs, whatever stands around its dots', () => {
  for (const [typed, expected] of [
    ['evil.example', 'evil[.]example'],
    ['login365.example', 'login365[.]example'],
    ['https://login1.2evil.example/x', 'https[:]//login1[.]2evil[.]example/x'],
    ['eve@evil1.example', 'eve[@]evil1[.]example'],
    ['www.1.example', 'www[.]1[.]example'],
  ] as const)
    assert.equal(shown(typed), expected)
})

test('numbers and addresses of the network stay as they are', () => {
  for (const text of ['5.0', '192.0.2.1', 'a sentence. Another one.']) assert.equal(shown(text), text)
})
