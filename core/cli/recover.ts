import { type Command, jsonFlag } from './command.ts'
import { optionsOf } from './setup.ts'

export const recover: Command = {
  name: 'recover',
  summary: 'Print a link by which a user chooses a new password',
  details: ['The link works once and for one hour. Hand it to that user only: whoever opens it first chooses the password.'],
  parameters: [{ name: 'USER', required: true, description: 'A user name or an e-mail address.' }],
  flags: { json: jsonFlag },
  async run(call) {
    const { flags, parameters, terminal } = call
    const options = await optionsOf(call)
    const { locally } = await import('./local.ts')
    const link = await locally(options, terminal, 'recovery-link', { user: parameters[0] ?? '' })
    if (flags['json']) terminal.out(JSON.stringify(link))
    else {
      terminal.note(`Works once, until ${link.expiresAt}:`)
      terminal.out(link.url)
    }
    return 0
  },
}
