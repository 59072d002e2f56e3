import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Call, type Command, Failure, jsonFlag, misuse } from './command.ts'
import { optionsOf } from './setup.ts'

const tries = 3

const askPassword = async ({ terminal }: Call): Promise<string> => {
  for (let attempt = 0; attempt < tries; attempt++) {
    const password = await terminal.askSecret('Password: ')
    if (password === (await terminal.askSecret('Password again: '))) return password
    terminal.note('The two are not the same.')
  }
  throw new Failure('the passwords were not the same')
}

const lastLineEnd = /\r?\n$/

/** From the file or the standard input, without the line end behind it; nothing if no flag says so. */
const givenPassword = async ({ flags, terminal, cwd }: Call): Promise<string | undefined> => {
  const file = flags['password-file']
  if (typeof file === 'string' && flags['password-stdin']) throw misuse('--password-file and --password-stdin exclude each other')
  if (flags['password-stdin']) return (await terminal.readAll()).replace(lastLineEnd, '')
  if (typeof file !== 'string') return undefined
  try {
    return (await readFile(resolve(cwd, file), 'utf8')).replace(lastLineEnd, '')
  } catch (error) {
    throw new Failure(`--password-file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`)
  }
}

const text = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined)

export const createsuperuser: Command = {
  name: 'createsuperuser',
  summary: 'Make an administrator',
  details: ['Asks for what no flag says. Works while the server runs and while it does not.'],
  flags: {
    username: { type: 'string', value: 'NAME', description: 'What the user signs in with.' },
    email: { type: 'string', value: 'ADDRESS', description: 'E-mail address.' },
    name: { type: 'string', value: 'NAME', description: 'Full name.' },
    'password-file': { type: 'string', value: 'FILE', description: 'Read the password from a file.' },
    'password-stdin': { type: 'boolean', description: 'Read the password from the standard input.' },
    json: jsonFlag,
  },
  async run(call) {
    const { flags, terminal } = call
    const options = await optionsOf(call)
    const given = await givenPassword(call)
    const asking = terminal.interactive && !flags['password-stdin']
    if (!asking && (text(flags['username']) === undefined || given === undefined)) {
      throw misuse('nobody is there to be asked; give --username and --password-file or --password-stdin')
    }
    const username = text(flags['username']) ?? (await terminal.ask('User name: '))
    // A script that gives the password has said all that it wants to say.
    const optional = async (flag: string, question: string) =>
      text(flags[flag]) ?? (asking && given === undefined ? (await terminal.ask(question)) || undefined : undefined)
    const email = await optional('email', 'E-mail address (may be empty): ')
    const name = await optional('name', 'Full name (may be empty): ')
    const password = given ?? (await askPassword(call))

    const { locally } = await import('./local.ts')
    const made = await locally(options, terminal, 'create-superuser', { username, email, name, password })
    terminal.out(flags['json'] ? JSON.stringify(made) : `The administrator "${made.username}" can sign in now.`)
    return 0
  },
}
