import { parseArgs } from 'node:util'
import { didYouMean } from '../configuration/suggest.ts'
import { type Call, type Command, misuse } from './command.ts'

type Parsed = Pick<Call, 'parameters' | 'flags'> & { readonly help: boolean }

/** The command that the arguments name, by its first word or its first two, and the arguments behind the name. */
export const findCommand = (
  commands: readonly Command[],
  argv: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } => {
  const [first = '', second = ''] = argv
  const command = commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first)
  if (command) return { command, rest: argv.slice(command.name.split(' ').length) }

  const group = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name)
  if (group.length > 0) {
    throw misuse(
      second
        ? `there is no command "${first} ${second}"${didYouMean(`${first} ${second}`, group)}`
        : `"${first}" needs another word: ${group.join(', ')}`,
    )
  }
  throw misuse(
    `there is no command "${first}"${didYouMean(
      first,
      commands.map(({ name }) => name),
    )}`,
  )
}

const checkFlag = ({ name, flags }: Command, flag: string, rawName: string, value: string | undefined): void => {
  const known = flags[flag]
  if (!known && flag !== 'help')
    throw misuse(
      `"${name}" has no flag ${rawName}${didYouMean(
        rawName,
        Object.keys(flags).map((key) => `--${key}`),
      )}`,
    )
  if (known?.type === 'string' && !value) throw misuse(`${rawName} needs a value: ${rawName} ${known.value ?? 'VALUE'}`)
  if (known?.type !== 'string' && value !== undefined) throw misuse(`${rawName} takes no value`)
}

const checkParameters = ({ name, parameters = [] }: Command, given: readonly string[]): void => {
  const missing = parameters.find(({ required }, index) => required && given[index] === undefined)
  if (missing) throw misuse(`"${name}" needs ${missing.name.replace(/…$/, '')}: ${missing.description}`)
  // `FILE…`: as many as there are.
  const takesMore = parameters.at(-1)?.name.endsWith('…') ?? false
  const [extra] = takesMore ? [] : given.slice(parameters.length)
  if (extra !== undefined) throw misuse(`"${name}" does not know what to do with "${extra}"`)
}

/** Flags and parameters of a command. Throws for what it does not know. */
export const parse = (command: Command, args: readonly string[]): Parsed => {
  const options = Object.fromEntries(Object.entries(command.flags).map(([name, { type }]) => [name, { type }]))
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'option') checkFlag(command, token.name, token.rawName, token.value)
  }
  const help = values['help'] === true
  if (!help) checkParameters(command, positionals)
  return { parameters: positionals, flags: values, help }
}
