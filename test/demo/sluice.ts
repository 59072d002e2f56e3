import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const boot = fileURLToPath(new URL('../../core/boot/boot.mjs', import.meta.url))

export type Sluice = {
  /** Resolves, with all it wrote, when the server has ended. */
  readonly ended: Promise<string>
  /** The shell command that runs `sluice <command>` on this server. */
  shell(command: string): string
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

/** A server on `port` of this machine with data of its own and nothing of what the environment says. Resolves when it is ready. */
export async function startSluice(port: number, configuration: object): Promise<Sluice> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-demo-'))
  const file = join(directory, 'sluice.yml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ listen_http: `127.0.0.1:${port}`, data_dir: 'data', log_level: 'warn', configuration }, null, 2))
  const theirs = Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_'))
  const child = spawn(process.execPath, [boot, 'serve'], {
    cwd: directory,
    env: Object.fromEntries([...theirs, ['SLUICE_CONFIG', file]]),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in a terminal reaches the demo, which ends the server when the application has ended.
    detached: true,
  })
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => {
    said += String(text)
    process.stderr.write(text)
  })
  const ended = once(child, 'close').then(() => said)
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      said += String(text)
      if (said.includes('Sluice is ready')) resolve()
    })
  })
  await Promise.race([
    ready,
    ended.then(() => {
      throw new Error(`Sluice did not start:\n${said}`)
    }),
  ])
  return {
    ended,
    shell: (command) => `SLUICE_CONFIG=${file} npx sluice ${command}`,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
