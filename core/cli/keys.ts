import { type Command, jsonFlag, misuse } from './command.ts'
import type { ListedKey } from '../keys/listed-keys.ts'
import { optionsOf } from './setup.ts'

const line = ({ algorithm, state, kid, activeFrom, retiredAt }: ListedKey): string =>
  `${algorithm.padEnd(6)} ${state.padEnd(8)} ${kid}  from ${activeFrom}${retiredAt === null ? '' : ` until ${retiredAt}`}`

export const keysList: Command = {
  name: 'keys list',
  summary: 'List the signing keys',
  details: [
    '"next" is published and signs later, "active" signs, "previous" signs no more and is accepted until all that it signed is over, "retired" is not even accepted.',
  ],
  flags: { json: jsonFlag },
  async run(call) {
    const options = await optionsOf(call)
    const { locally } = await import('./local.ts')
    const { keys } = await locally(options, call.terminal, 'list-keys', {})
    call.terminal.out(call.flags['json'] ? JSON.stringify(keys) : keys.map(line).join('\n'))
    return 0
  },
}

export const keysRotate: Command = {
  name: 'keys rotate',
  summary: 'Rotate signing keys',
  details: [
    'Makes the next key and publishes it; it signs a day later, and nobody notices. Where there is one already, that one is told.',
    'With --now, for emergencies, a new key signs at once and all others of the algorithm are revoked: every token that they signed is refused.',
  ],
  parameters: [{ name: 'ALG', description: 'RS256, ES256 or EdDSA; all of them where nothing is said.' }],
  flags: {
    now: { type: 'boolean', description: 'Revoke the keys that there are at once.' },
    yes: { type: 'boolean', description: 'Do not ask whether to revoke.' },
    json: jsonFlag,
  },
  async run(call) {
    const { flags, parameters, terminal } = call
    const [algorithm] = parameters
    const now = flags['now'] === true
    const options = await optionsOf(call)
    if (now && !flags['yes']) {
      if (!terminal.interactive) throw misuse('--now revokes keys, and nobody is there to be asked; give --yes beside it')
      const answer = await terminal.ask(
        `Every token that ${algorithm ?? 'any key'} has signed is refused at once. Type "revoke" to go on: `,
      )
      if (answer !== 'revoke') {
        terminal.note('Nothing was changed.')
        return 1
      }
    }
    const { locally } = await import('./local.ts')
    const { keys } = await locally(options, terminal, 'rotate-keys', { algorithm, now })
    terminal.out(flags['json'] ? JSON.stringify(keys) : keys.map(line).join('\n'))
    return 0
  },
}
