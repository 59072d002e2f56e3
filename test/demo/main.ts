// The demo: a server with people and an application on it, to click through. `npm run demo -- --help` says more.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { configuration, people, relyingParty } from './configuration.ts'
import { startRelyingParty } from './relying-party.ts'
import { startSluice } from './sluice.ts'

const help = `Starts Sluice and an application that signs people in by it, both on this machine only and for this run only.

Usage: npm run demo -- [flags]

  --port PORT      Where Sluice is served (default: 9000).
  --app-port PORT  Where the application is served (default: 9001).
  -h, --help       Print this help.
`

/** Why the demo cannot go on: told without a stack. */
class Failure extends Error {}

function readArguments() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9000' },
      'app-port': { type: 'string', default: '9001' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const port = (flag: 'port' | 'app-port') => {
    const text = values[flag]
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535 || Number(text) === 0)
      throw new Failure(`--${flag}: "${text}" is not a port; choose a number from 1 to 65535`)
    return Number(text)
  }
  return { help: values.help, port: port('port'), appPort: port('app-port') }
}

async function mustBeFree(port: number, flag: string): Promise<void> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'EACCES' ? 'may not be used by this user' : 'is taken by another program'
    throw new Failure(`Port ${port} ${why}. Choose another one: npm run demo -- ${flag} ${port + 100}`)
  }
  server.close()
  await once(server, 'close')
}

const welcome = (sluice: string, app: string, recover: string) => `
  Open the application    ${app}
  and sign in as          ${people.ada.username} / ${people.ada.password}    (an administrator, in the group "staff")
  or as                   ${people.bob.username} / ${people.bob.password}

  Sluice itself           ${sluice}

What to try
  1. Sign in as ada. Sluice asks for the user name, the password, and once whether the application may know who you are.
  2. Look at the claims and at the tokens, and refresh them.
  3. Sign in again: nothing is asked, the session is there. Then with "prompt=login": the password is asked again.
  4. Sign out. Sluice ends the session, and the application's tokens with it.
  5. Forget bob's password, as an operator would help, in another terminal:
     ${recover}

Ctrl-C ends both and removes their data.
`

/** Resolves with the first signal to end. Others change nothing: npm and the terminal may both send one, and what was begun is cleaned up. */
const stopped = () =>
  new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve())
  })

async function demo({ port, appPort }: { port: number; appPort: number }): Promise<void> {
  const sluiceUrl = `http://localhost:${port}`
  const appUrl = `http://127.0.0.1:${appPort}`
  await mustBeFree(port, '--port')
  await mustBeFree(appPort, '--app-port')
  const ending = stopped()
  process.stdout.write('Starting …\n')
  const sluice = await startSluice(port, configuration(appUrl))
  try {
    const app = await startRelyingParty({ issuer: new URL(`${sluiceUrl}/application/o/${relyingParty.slug}/`), port: appPort, url: appUrl })
    process.stdout.write(welcome(sluiceUrl, appUrl, sluice.shell('recover bob')))
    const unexpected = sluice.ended.then((said) => {
      throw new Failure(`Sluice ended by itself:\n${said}`)
    })
    try {
      await Promise.race([ending, unexpected])
    } finally {
      await app.close()
    }
  } finally {
    await sluice.stop()
  }
  process.stdout.write('\nThe demo has ended, its data are removed.\n')
}

try {
  const wish = readArguments()
  if (wish.help) process.stdout.write(help)
  else await demo(wish)
} catch (error) {
  const forPeople = error instanceof Failure || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`${forPeople ? (error as Error).message : (error as Error).stack}\n`)
  process.exitCode = 1
}
