import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'node:test'
import { adminToken, apiOf } from '../kit/api.ts'
import { Client } from '../kit/client.ts'
import { configuration } from '../kit/configuration.ts'
import { run } from '../kit/database.ts'
import { startServer } from '../kit/server.ts'

test('events of a real server are sealed within moments, also after it was killed, and an event that is changed is named', async (t) => {
  const server = await startServer({ apply: configuration(), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  t.after(() => server.stop('SIGTERM'))
  const number = async (query: string) => Number((await run(server, query)).rows[0]?.n)
  const open = () => number('select count(*) as n from events where seal is null')
  const sealed = () => number('select coalesce(max(seq), 0) as n from event_seals')
  const isSealed = async () => {
    for (let tries = 0; tries < 200 && ((await open()) > 0 || (await sealed()) === 0); tries++) await sleep(50)
    assert.equal(await open(), 0)
    return sealed()
  }
  const refuse = async () => {
    const client = new Client(server.url)
    const page = await client.open('/if/flow/default-authentication/')
    await client.submit(await client.submit(page, { identifier: 'ada' }), { password: 'not hers' })
  }
  await refuse()
  assert.ok((await isSealed()) > 0)
  const intact = await server.sluice(['audit', 'verify'])
  assert.equal(intact.code, 0, intact.err)
  assert.match(intact.out, /^The audit log is intact: \d+ events? in \d+ seals?\.\nLast seal: \d+ [0-9a-f]{64}\n$/)
  const { last, unsealed } = await apiOf(server.url, adminToken).must('GET', '/events/seal')
  assert.ok(intact.out.endsWith(`Last seal: ${last.number} ${last.hash}\n`), JSON.stringify(last))
  assert.equal(unsealed, 0)
  const { rows: newest } = await run(server, 'select max(at) as n from events')
  assert.equal(new Date(last.newest).getTime(), Number(newest[0]?.n))

  // Killed with a lease that nobody renews: it runs out, and the sealing goes on.
  await server.stop('SIGKILL')
  await run(server, `update jobs set locked_by = 'who died', locked_until = ${Date.now() + 2000} where kind = 'seal-events'`)
  await server.restart()
  await refuse()
  await isSealed()
  assert.equal((await server.sluice(['audit', 'verify'])).code, 0)

  const { rows } = await run(server, 'select id from events order by id limit 1')
  const id = rows[0]?.id ?? ''
  await run(server, `update events set ip = '192.0.2.66' where id = '${id}'`)
  const changed = await server.sluice(['audit', 'verify'])
  assert.equal(changed.code, 1)
  assert.ok(changed.out.includes(`The audit log is not intact: event ${id} `), changed.out)
  // The same without a server, by the command itself.
  await server.stop('SIGTERM')
  const { code, out } = await server.sluice(['audit', 'verify', '--json'])
  assert.equal(code, 1)
  assert.equal(JSON.parse(out).breach.event, id)
})
