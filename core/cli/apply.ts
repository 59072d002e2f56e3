import { userInfo } from 'node:os'
import { type Command, Failure, jsonFlag, messageFlag, misuse, text } from './command.ts'
import { tellOutcome } from './outcome.ts'
import { optionsOf } from './setup.ts'

/** Who is at the keyboard: the name of the account on this machine. */
export const person = (): string => {
  try {
    return userInfo().username
  } catch {
    // An account without a name, as containers have them.
    return `user ${process.getuid?.() ?? ''}`.trim()
  }
}

export const apply: Command = {
  name: 'apply',
  summary: 'Change the configuration to what documents say',
  details: [
    'All of it or nothing. An object that a document names is replaced whole, one that it names as null is deleted, the others stay. Users and groups are brought into the directory.',
    'Works while the server runs, which uses the new configuration from its next request on, and while it does not.',
  ],
  parameters: [{ name: 'FILE…', required: true, description: 'Documents in YAML or JSON, or directories of them.' }],
  flags: {
    plan: { type: 'boolean', description: 'Say what would change, and change nothing.' },
    prune: { type: 'boolean', description: 'Delete what the same owner applied before and the documents do not name.' },
    owner: { type: 'string', value: 'NAME', description: 'Whose objects these are, for --prune (default: cli).' },
    message: messageFlag,
    json: jsonFlag,
  },
  async run(call) {
    const { parameters, flags, terminal, env, cwd } = call
    const owner = text(flags['owner']) ?? 'cli'
    if (!/^[a-z0-9][a-z0-9_.-]{0,99}$/.test(owner) || owner === 'shipped')
      throw misuse(`--owner ${owner} must be small letters, digits, -, _ and ., and not "shipped"`)
    const options = await optionsOf(call)
    const [{ documentsToSend }, { problemText }, { locally }] = await Promise.all([
      import('../configuration/send.ts'),
      import('../configuration/problem.ts'),
      import('./local.ts'),
    ])
    const { documents, problems } = documentsToSend(parameters, cwd, env)
    const lines = problems.map(problemText)
    if (lines.length > 0 && !flags['json']) throw new Failure(`nothing was changed:\n${lines.map((line) => `  ${line}`).join('\n')}`)
    const plan = flags['plan'] === true
    const input = { documents, plan, prune: flags['prune'] === true, owner, by: person(), message: text(flags['message']) }
    const result = lines.length > 0 ? { problems: lines } : await locally(options, terminal, 'apply', input)
    return tellOutcome(result, terminal, { json: flags['json'] === true, plan })
  },
}
