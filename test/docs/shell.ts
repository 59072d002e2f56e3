import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freePort, temporaryDirectory } from '../kit/server.ts'
import { files, root } from '../tools/sources.ts'

/** What the documents call the server's address, that of its metrics, and that of what the server calls; here they are free ports. */
const documented = { server: 9000, metrics: 9300, receiver: 9400 } as const
type Ports = { readonly [Place in keyof typeof documented]: number }
const places = Object.keys(documented) as (keyof typeof documented)[]
/** Milliseconds that a server in a document has to start. */
const startLimit = 60_000

/** What is not run, since it would run these tests, or install what is installed; it has to exist all the same. */
const known = /^(?:npm (?:ci --ignore-scripts|test)|bash \.ci\/run)\b/
const script = /^npm run ([\w:]+)/
const notRun = new Set(['test', 'demo'])

/** The lines of a block that are run. Throws for a script that `package.json` has not. */
export function runnable(text: string): string {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  return text
    .split('\n')
    .filter((line) => {
      const name = script.exec(line)?.[1]
      if (name !== undefined && !(name in scripts)) throw new Error(`package.json has no script "${name}"`)
      return !known.test(line) && !(name !== undefined && notRun.has(name.split(':')[0] ?? ''))
    })
    .join('\n')
}

/** A checkout of its own, with the installed packages. */
function checkout(directory: string): void {
  for (const file of [...files, '.npmrc']) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    cpSync(join(root, file), join(directory, file))
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  // Built once, as the packages are installed once; a clone that has neither is a test of its own.
  cpSync(join(root, 'dist'), join(directory, 'dist'), { recursive: true })
}

/** Stands for git, which only ever clones this repository. */
const git = (from: string) => `#!/bin/sh
[ "$1" = clone ] && exec cp -a '${from}' "$3"
echo "no document runs: git $*" >&2
exit 1
`

/** Stands for npx within a checkout, where it costs as much as the command that it finds. The README, outside of one at first, has the real one. */
const npx = `#!/bin/sh
[ "$1" = sluice ] && shift && exec node core/boot/boot.mjs "$@"
echo "no document runs: npx $*" >&2
exit 1
`

/** A shell in which the blocks of one document are run, one after the other, in an empty directory or in a checkout. */
export class Shell {
  readonly #home = temporaryDirectory()
  readonly #ports: Ports
  readonly #servers: ChildProcess[] = []

  private constructor(ports: Ports) {
    this.#ports = ports
  }

  /** `inCheckout`: as after `git clone` and `cd`, which the README says and the other documents take for granted. */
  static async open(inCheckout: boolean): Promise<Shell> {
    const shell = new Shell({ server: await freePort(), metrics: await freePort(), receiver: await freePort() })
    const clean = join(shell.#home, 'clean')
    checkout(clean)
    mkdirSync(join(shell.#home, 'bin'))
    writeFileSync(join(shell.#home, 'bin/git'), git(clean))
    chmodSync(join(shell.#home, 'bin/git'), 0o755)
    if (inCheckout) {
      writeFileSync(join(shell.#home, 'bin/npx'), npx)
      chmodSync(join(shell.#home, 'bin/npx'), 0o755)
    }
    mkdirSync(join(shell.#home, 'work'))
    writeFileSync(join(shell.#home, 'state'), `cd '${inCheckout ? clean : join(shell.#home, 'work')}'\n`)
    return shell
  }

  write(name: string, text: string): Promise<string> {
    writeFileSync(join(this.#home, 'file'), this.#here(text))
    return this.run(`cp '${join(this.#home, 'file')}' '${name}'`)
  }

  /** Runs commands to their end, and gives what they wrote. Throws, with it, where one of them fails. */
  async run(text: string): Promise<string> {
    const { child, output } = this.#start(`${text}\n{ echo "cd '$PWD'"; export -p | grep -v ' PATH='; } > '${join(this.#home, 'state')}'`)
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(`this ended with ${code}:\n${text}\n${output()}`)
    return this.#there(output())
  }

  /** Ends the server that runs, runs commands of which the last one is a server, and gives what they wrote until it was ready. */
  async serve(text: string): Promise<string> {
    await this.stop()
    const { child, output } = this.#start(text)
    this.#servers.push(child)
    const late = setTimeout(() => child.kill('SIGKILL'), startLimit)
    try {
      await new Promise<void>((resolve, reject) => {
        // A moment more, for what is written behind it.
        const look = () => output().includes('Sluice is ready') && setTimeout(resolve, 100)
        child.stdout?.on('data', look)
        child.once('close', () => reject(new Error(`this ended before it was ready:\n${text}\n${output()}`)))
      })
    } finally {
      clearTimeout(late)
    }
    return this.#there(output())
  }

  /** Ends the server that runs, if one does. */
  async stop(): Promise<void> {
    for (const child of this.#servers.splice(0)) {
      if (child.exitCode !== null) continue
      const closed = once(child, 'close')
      // The whole group: npm does not hand every signal on.
      process.kill(-(child.pid ?? 0), 'SIGTERM')
      await closed
    }
  }

  #start(text: string) {
    const child = spawn('bash', ['-c', `source '${join(this.#home, 'state')}'\nset -eo pipefail\n${this.#here(text)}`], {
      env: {
        PATH: `${join(this.#home, 'bin')}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        HOME: this.#home,
        SLUICE_LISTEN_HTTP: `127.0.0.1:${this.#ports.server}`,
        SLUICE_LISTEN_METRICS: `127.0.0.1:${this.#ports.metrics}`,
        npm_config_update_notifier: 'false',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)))
    return { child, output: () => output }
  }

  #here(text: string): string {
    return places.reduce(
      (said, place) =>
        said.replaceAll(new RegExp(`(localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0):${documented[place]}\\b`, 'g'), `$1:${this.#ports[place]}`),
      text,
    )
  }

  #there(text: string): string {
    return places.reduce((said, place) => said.replaceAll(`:${this.#ports[place]}`, `:${documented[place]}`), text)
  }
}

const quoted = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Does the output have these lines? `…` stands for anything in a line, and alone on a line for any lines. */
export const fits = (output: string, expected: string): boolean => {
  const lines = expected
    .trimEnd()
    .split('\n')
    .map((line) => (line === '…' ? '(?:[^\\n]*\\n)*?[^\\n]*' : quoted(line).replaceAll('…', '[^\\n]*')))
  return new RegExp(`^${lines.join('\\n')}$`, 'm').test(output)
}
