import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { type Command, Failure, misuse } from './command.ts'
import { type Family, filesOf } from './plugin-new/files.ts'
import { namePattern, namesOf } from './plugin-new/names.ts'

const families: readonly Family[] = ['stage', 'authenticator', 'policy', 'protocol', 'sink']

const familyOf = (flags: Readonly<Record<string, unknown>>): Family => {
  const chosen = families.filter((family) => flags[family])
  if (chosen.length > 1) throw misuse(`${chosen.map((family) => `--${family}`).join(' and ')} exclude each other`)
  return chosen[0] ?? 'stage'
}

const isEmpty = (directory: string): boolean => {
  try {
    return readdirSync(directory).length === 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw new Failure(`${directory} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`)
  }
}

export const pluginNew: Command = {
  name: 'plugin new',
  summary: 'Begin a plugin: a stage, authenticator, policy, protocol or sink that works, with its test',
  parameters: [{ name: 'NAME', required: true, description: 'Its id and kind: small letters, digits and dashes, e.g. acme-login.' }],
  flags: {
    stage: { type: 'boolean', description: 'A stage (the default).' },
    authenticator: { type: 'boolean', description: 'An authenticator, which users set up.' },
    policy: { type: 'boolean', description: 'A policy.' },
    protocol: { type: 'boolean', description: 'A protocol.' },
    sink: { type: 'boolean', description: 'A sink, which events go to.' },
    directory: { type: 'string', value: 'DIR', description: 'Where to write it (default: ./NAME).' },
  },
  async run({ parameters, flags, terminal, cwd }) {
    const [name = ''] = parameters
    if (!namePattern.test(name))
      throw misuse(`"${name}" cannot be the name of a plugin: small letters, digits and dashes, beginning with a letter`)
    if (name === 'core') throw misuse('"core" is the name of Sluice itself; choose another')
    const directory = resolve(cwd, typeof flags['directory'] === 'string' ? flags['directory'] : name)
    if (!isEmpty(directory)) throw new Failure(`${directory} is there already and not empty; choose another by --directory`)
    mkdirSync(directory, { recursive: true })
    for (const [file, text] of Object.entries(filesOf(namesOf(name), familyOf(flags))))
      writeFileSync(join(directory, file), text, { flag: 'wx' })
    const shown = relative(cwd, directory) || '.'
    terminal.out(`Written: ${shown}\n\nTest it:     npx sluice plugin test ${shown}\nInstall it:  SLUICE_PLUGINS=${shown} npm start`)
    return 0
  },
}
