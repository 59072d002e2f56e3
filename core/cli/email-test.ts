import { type Command, jsonFlag } from './command.ts'
import { optionsOf } from './setup.ts'

export const emailTest: Command = {
  name: 'email test',
  summary: 'Send a test message by the mail server of the settings',
  details: ['Tells what the mail server said, or what to do if it did not take the message.'],
  parameters: [{ name: 'ADDRESS', required: true, description: 'Where the message goes.' }],
  flags: { json: jsonFlag },
  async run(call) {
    const { flags, parameters, terminal } = call
    const options = await optionsOf(call)
    const { locally } = await import('./local.ts')
    const sent = await locally(options, terminal, 'test-email', { to: parameters[0] ?? '' })
    terminal.out(flags['json'] ? JSON.stringify(sent) : `Sent to ${sent.to}. The mail server said: ${sent.response}`)
    return 0
  },
}
