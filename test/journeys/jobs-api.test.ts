import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminToken, type Api, apiOf } from '../kit/api.ts'
import { configuration } from '../kit/configuration.ts'
import { deadJob, putJob } from '../kit/jobs.ts'
import { startServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let admin: Api
const soon = Date.now() + 3_600_000

const put = (more: object) => putJob(server, more)
const dead = () => put(deadJob)

before(async () => {
  server = await startServer({ apply: configuration({}), env: { SLUICE_BOOTSTRAP_TOKEN: adminToken } })
  admin = apiOf(server.url, adminToken)
})
after(() => server?.stop())

test('jobs are listed by how they stand, page by page, and what they are about is not told', async () => {
  const ids = {
    waiting: await put({}),
    running: await put({ locked_until: soon, locked_by: 'somebody', attempts: 1 }),
    scheduled: await put({ run_at: soon }),
    dead: await dead(),
  }
  for (const [state, id] of Object.entries(ids)) {
    const { items } = await admin.must('GET', `/jobs?kind=of-nobody&state=${state}`)
    assert.deepEqual(
      items.map((job: any) => [job.id, job.state]),
      [[id, state]],
    )
    assert.equal((await admin.must('GET', `/jobs/${id}`)).state, state)
  }
  const seen: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const page: any = await admin.must('GET', `/jobs?kind=of-nobody&limit=3${next && `&cursor=${encodeURIComponent(next)}`}`)
    seen.push(...page.items.map(({ id }: { id: string }) => id))
    ;({ next } = page)
  }
  assert.deepEqual(seen.toSorted(), Object.values(ids).toSorted())
  assert.doesNotMatch((await admin('GET', '/jobs')).text + (await admin('GET', `/jobs/${ids.dead}`)).text, /secret@example/)
  const own = (await admin.must('GET', '/jobs?kind=prune')).items
  assert.deepEqual(
    own.map((job: any) => job.recurring),
    [true],
  )
  assert.equal((await admin('GET', '/jobs?state=gone')).status, 400)
})

test('dead jobs are tried again or deleted, once, on the record; others are refused with how they stand', async () => {
  const again = await dead()
  const two = await Promise.all([admin('POST', `/jobs/${again}/retry`), admin('POST', `/jobs/${again}/retry`)])
  assert.deepEqual(two.map(({ status }) => status).toSorted(), [204, 409])
  const { state, attempts } = await admin.must('GET', `/jobs/${again}`)
  assert.deepEqual([state, attempts], ['waiting', 0])
  const running = await put({ locked_until: soon, locked_by: 'somebody', attempts: 1 })
  for (const [method, path] of [
    ['POST', `/jobs/${running}/retry`],
    ['DELETE', `/jobs/${running}`],
  ] as const) {
    const { status, body } = await admin(method, path)
    assert.deepEqual([status, body.code], [409, 'not-dead'])
    assert.match(body.detail, /"of-nobody" is running: only dead jobs/)
  }
  const gone = await dead()
  assert.equal((await admin('DELETE', `/jobs/${gone}`)).status, 204)
  assert.equal((await admin('DELETE', `/jobs/${gone}`)).status, 404)
  const { items } = await admin.must('GET', '/events?action=job.retried,job.deleted')
  assert.deepEqual(
    items.map(({ action, detail }: any) => [action, detail.object.id]),
    [
      ['job.deleted', gone],
      ['job.retried', again],
    ],
  )
})

test('dead jobs and jobs that nobody begins are among what is worth a look', async () => {
  await dead()
  await put({ run_at: Date.now() - 6 * 60_000 })
  const { risks } = await admin.must('GET', '/system')
  const of = (code: string) => risks.find((risk: any) => risk.code === code)
  assert.ok(of('dead-jobs').about.count >= 1)
  assert.match(of('late-jobs').detail, /^1 job has been due for more than 5 minutes/)
})
