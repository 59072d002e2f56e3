import { type Command, jsonFlag, misuse, text } from './command.ts'
import { askPassword, givenPassword, passwordFlags } from './new-password.ts'
import { optionsOf } from './setup.ts'

export const createsuperuser: Command = {
  name: 'createsuperuser',
  summary: 'Make an administrator',
  details: ['Asks for what no flag says. Works while the server runs and while it does not.'],
  flags: {
    username: { type: 'string', value: 'NAME', description: 'What the user signs in with.' },
    email: { type: 'string', value: 'ADDRESS', description: 'E-mail address.' },
    name: { type: 'string', value: 'NAME', description: 'Full name.' },
    ...passwordFlags,
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
