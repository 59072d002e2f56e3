import { defineSink, definePlugin, delivered, giveUp, ports, tryAgain, Type } from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

/** Seconds for which mails are counted. */
const hour = 3600
/** Seconds for which is remembered who was told of an event: longer than a try and its next few. */
const remembered = 24 * 3600

export const sink = defineSink({
  kind: 'email',
  settings: Type.Object({
    to: Type.Optional(
      Type.Array(
        Type.String({
          title: 'Address',
          description: 'An e-mail address.',
          pattern: '^[^\\s<>(),:;"@\\\\]{1,64}@[^\\s<>(),:;"@\\\\]{1,255}$',
          'x-hint': 'one e-mail address, such as security@example.com',
        }),
        { title: 'Recipients', description: 'Who is written to.', uniqueItems: true, maxItems: 20 },
      ),
    ),
    group: Type.Optional(
      Type.String({ title: 'Group', description: 'Its members are written to as well, 100 at most.', maxLength: 100, 'x-ref': 'group' }),
    ),
    language: Type.Enum(['en', 'de'], { title: 'Language', description: 'Of the mails.', default: 'en' }),
    perHour: Type.Integer({
      title: 'Mails an hour',
      description: 'Events of which is written in an hour; the last mail says that more are left out until it is over.',
      minimum: 1,
      maximum: 1000,
      default: 60,
    }),
  }),
  use: { mail: ports.mail, store: ports.store },
  check: ({ to = [], group }) =>
    to.length > 0 || group !== undefined ? [] : [{ pointer: '/to', message: 'nobody is written to; name an address, or a group' }],
  async deliver(event, { slug, settings, use }) {
    const { to = [], group, language, perHour } = settings
    const members = group === undefined ? [] : await use.mail.ofGroup(group)
    if (!members) return giveUp(`there is no group "${group}"; name another, or make it`)
    const recipients = [...new Set([...to, ...members])]
    if (recipients.length === 0) return giveUp(`nobody in the group "${group}" has an e-mail address`)
    // Counted once for an event, however often it is tried.
    const first = await use.store.increment(`event ${slug} ${event.id}`, remembered)
    const place = `place ${slug} ${event.id}`
    const known = first > 1 ? (await use.store.get(place))?.value : undefined
    const count = typeof known === 'number' ? known : await use.store.increment(`mails ${slug}`, hour)
    if (known === undefined) await use.store.put(place, count, remembered)
    if (count > perHour) return delivered(`left out: ${perHour} events were written of within the hour`)
    const failures: string[] = []
    for (const address of recipients) {
      const told = `told ${slug} ${event.id} ${address}`
      if (await use.store.get(told)) continue
      try {
        await use.mail.sendEvent(address, event, { locale: language, held: count === perHour })
        await use.store.put(told, true, remembered)
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error))
      }
    }
    const [failure] = failures
    return failure === undefined ? delivered(`sent to ${recipients.length}`) : tryAgain(failure)
  },
})

export default definePlugin({ id: 'email', version: '1.0.0', api: '^1', sinks: [sink], messages: { en, de } })
