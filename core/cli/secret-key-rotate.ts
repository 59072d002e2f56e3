import { type Command, jsonFlag } from './command.ts'
import { optionsOf } from './setup.ts'

export const secretKeyRotate: Command = {
  name: 'secret-key rotate',
  summary: 'Seal what is stored with the secret key anew',
  details: [
    'For changing the secret key: SLUICE_SECRET_KEY is the new one, SLUICE_SECRET_KEY_PREVIOUS the one before. Afterwards nothing stored needs the one before.',
    'Servers go on meanwhile. It may be ended at any point, and run again.',
  ],
  flags: { dry: { type: 'boolean', description: 'Only count what is sealed with the previous key.' }, json: jsonFlag },
  async run(call) {
    const { flags, terminal } = call
    const options = await optionsOf(call)
    const { locally } = await import('./local.ts')
    const dry = flags['dry'] === true
    const counts = await locally(options, terminal, 'reseal', { dry })
    const { left } = counts
    if (flags['json']) terminal.out(JSON.stringify(counts))
    else {
      const { resealedText } = await import('../configuration/reseal.ts')
      terminal.out(`${dry ? 'Sealed with the previous key' : 'Sealed anew'}: ${resealedText(counts)}.`)
      if (left > 0) terminal.note(`${left} were changed by somebody meanwhile; run it again.`)
    }
    return left > 0 ? 1 : 0
  },
}
