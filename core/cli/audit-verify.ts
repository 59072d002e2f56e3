import type { Breach } from '../events/verify.ts'
import { type Command, jsonFlag } from './command.ts'
import { optionsOf } from './setup.ts'

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

const told: Readonly<Record<Breach['what'], (breach: Breach) => string>> = {
  'event changed': ({ event, seal }) => `event ${event} (seal ${seal}) is not what was sealed: it was changed`,
  'event removed': ({ event, seal }) => `event ${event} (seal ${seal}) is missing: it was removed`,
  'event put in': ({ event, seal }) => `event ${event} was put in: seal ${seal} does not know it`,
  'seal changed': ({ seal }) => `seal ${seal} does not follow from the one before it: it was changed, or another secret key is in use`,
  'seals removed': ({ seal }) => `seal ${seal} is missing: it was removed`,
}

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'Check that nobody changed the audit log',
  details: [
    'Recomputes the chain of seals over all events, and names the first that was changed, removed or put in. Ends with 1 if there is one.',
    'Note the last line elsewhere: a log whose end was cut off is intact in itself, but no longer has that seal.',
  ],
  flags: { json: jsonFlag },
  async run(call) {
    const { flags, terminal } = call
    const [options, { locally }] = await Promise.all([optionsOf(call), import('./local.ts')])
    const result = await locally(options, terminal, 'verify-audit', {})
    const { intact, events, seals, unsealed, head, breach } = result
    if (flags['json']) terminal.out(JSON.stringify(result, null, 2))
    else if (breach) terminal.out(`The audit log is not intact: ${told[breach.what](breach)}.`)
    else {
      terminal.out(`The audit log is intact: ${count(events, 'event')} in ${count(seals, 'seal')}.`)
      if (unsealed > 0) terminal.out(`Not sealed yet: ${count(unsealed, 'event')}.`)
      if (head) terminal.out(`Last seal: ${head.seal} ${head.hash}`)
    }
    return intact ? 0 : 1
  },
}
