import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvOf } from './csv.ts'

test('events are rows that a spreadsheet reads as texts', () => {
  const [head, row] = csvOf([
    {
      id: '1',
      at: '2026-01-01T00:00:00.000Z',
      action: 'login',
      user: null,
      userName: '=1+1',
      application: null,
      ip: '::1',
      userAgent: 'A "B", C',
      request: null,
      detail: { flow: 'x' },
    },
  ]).split('\r\n')
  assert.equal(head, 'at,action,user,userName,application,ip,userAgent,request,id,detail')
  assert.equal(row, `2026-01-01T00:00:00.000Z,login,,'=1+1,,::1,"A ""B"", C",,1,"{""flow"":""x""}"`)
})
