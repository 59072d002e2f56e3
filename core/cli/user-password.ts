import { type Command, jsonFlag, misuse } from './command.ts'
import { askPassword, givenPassword, passwordFlags } from './new-password.ts'
import { optionsOf } from './setup.ts'

export const userPassword: Command = {
  name: 'user password',
  summary: 'Set the password of a user',
  details: ['Ends all sessions of that user. "sluice recover" lets the user choose one instead.'],
  parameters: [{ name: 'USER', required: true, description: 'A user name or an e-mail address.' }],
  flags: { ...passwordFlags, json: jsonFlag },
  async run(call) {
    const { flags, parameters, terminal } = call
    const options = await optionsOf(call)
    const given = await givenPassword(call)
    if (given === undefined && !terminal.interactive) throw misuse('nobody is there to be asked; give --password-file or --password-stdin')
    const password = given ?? (await askPassword(call))
    const { locally } = await import('./local.ts')
    const done = await locally(options, terminal, 'set-password', { user: parameters[0] ?? '', password })
    terminal.out(flags['json'] ? JSON.stringify(done) : `"${done.username}" signs in with the new password from now on.`)
    return 0
  },
}
