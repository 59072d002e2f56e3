import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Call, Failure, type Flag, misuse } from './command.ts'

const tries = 3
const lastLineEnd = /\r?\n$/

export const passwordFlags: Readonly<Record<string, Flag>> = {
  'password-file': { type: 'string', value: 'FILE', description: 'Read the password from a file.' },
  'password-stdin': { type: 'boolean', description: 'Read the password from the standard input.' },
}

export const askPassword = async ({ terminal }: Call): Promise<string> => {
  for (let attempt = 0; attempt < tries; attempt++) {
    const password = await terminal.askSecret('Password: ')
    if (password === (await terminal.askSecret('Password again: '))) return password
    terminal.note('The two are not the same.')
  }
  throw new Failure('the passwords were not the same')
}

/** From the file or the standard input, without the line end behind it; nothing if no flag says so. */
export const givenPassword = async ({ flags, terminal, cwd }: Call): Promise<string | undefined> => {
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
