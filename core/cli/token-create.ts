import { durationHint, durationPattern, durationSeconds } from '../api/duration.ts'
import { type Command, jsonFlag, misuse } from './command.ts'
import { optionsOf } from './setup.ts'

const untilOf = (text: string | boolean | undefined): string | undefined => {
  if (typeof text !== 'string') return undefined
  if (new RegExp(durationPattern).test(text)) return new Date(Date.now() + durationSeconds(text) * 1000).toISOString()
  const until = new Date(text)
  if (Number.isNaN(until.getTime())) throw misuse(`--expires: "${text}" must be ${durationHint}, or a time like 2030-01-31T12:00:00Z`)
  return until.toISOString()
}

export const tokenCreate: Command = {
  name: 'token create',
  summary: 'Print a new token for the HTTP API',
  details: ['The token acts as the user, and is printed this once. Without --scope it may do all that the user may.'],
  parameters: [{ name: 'USER', required: true, description: 'A user name or an e-mail address.' }],
  flags: {
    name: { type: 'string', value: 'NAME', description: 'What the token is for.' },
    scope: { type: 'string', value: 'LIST', description: 'Permissions it is limited to, separated by commas, e.g. users.view,groups.*' },
    expires: { type: 'string', value: 'TIME', description: 'When it ends: a length of time such as 90d, or a time. Never otherwise.' },
    json: jsonFlag,
  },
  async run(call) {
    const { flags, parameters, terminal } = call
    const options = await optionsOf(call)
    const { locally } = await import('./local.ts')
    const { name, scope, expires } = flags
    const made = await locally(options, terminal, 'create-token', {
      user: parameters[0] ?? '',
      name: typeof name === 'string' ? name : 'made by sluice token create',
      ...(typeof scope === 'string' && { scopes: scope.split(',').map((entry) => entry.trim()) }),
      expiresAt: untilOf(expires),
    })
    if (flags['json']) terminal.out(JSON.stringify(made))
    else {
      terminal.note(`A token of "${made.username}", shown this once${made.expiresAt === null ? '' : `, until ${made.expiresAt}`}:`)
      terminal.out(made.token)
    }
    return 0
  },
}
