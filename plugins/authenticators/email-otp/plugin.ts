import {
  ask,
  defineAuthenticator,
  definePart,
  definePlugin,
  duration,
  durationSeconds,
  facts,
  msg,
  type Message,
  type Outcome,
  type PartContext,
  pass,
  ports,
  retry,
  type Static,
  Type,
} from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }
import { closedPage, codePage, pause, type Said } from './page.ts'

/** Seconds: whoever still has not read it by then asks for another one. */
const longest = 3600

const settings = Type.Object({
  digits: Type.Enum([6, 8], { title: 'Digits', description: 'How long codes are.', default: 6 }),
  lifetime: duration({
    title: 'Lifetime',
    description: 'How long a code works, from when it is sent; an hour at most.',
    default: '10m',
  }),
})
type Settings = Static<typeof settings>

/** What is kept of a mailbox: its address, as the directory had it when it was set up. */
type Mailbox = { readonly email: string }
/** `name`: of the code, which core keeps; null: none was sent. `at`: when, in epoch milliseconds. `to`: the address. */
type Kept = { readonly name: string | null; readonly at: number; readonly to: string; readonly said: Said }

const use = { devices: ports.devices, users: ports.users, mail: ports.mail, clock: ports.clock }
const answer = Type.Object({ code: Type.Optional(Type.String()), send: Type.Optional(Type.Literal('on')) })
type Context = PartContext<Settings, Kept, typeof use>

/** The mailbox was shown to be theirs by a link in this very run: what else it holds shows nothing more. */
const isSameMailbox = ({ proofs }: Pick<Context, 'proofs'>): boolean => proofs.some(({ method }) => method === 'email-link')

const addressNow = async ({ use, peek }: Pick<Context, 'use' | 'peek'>): Promise<string | undefined> => {
  const user = peek(facts.user)
  const known = user && (await use.users.get(user.id))
  return known?.enabled ? known.email : undefined
}

/** Where a code may go now, or why none may. Nothing that a browser sends has a say in it. */
type Where = { readonly to: string } | { readonly closed: Message }
const whereTo = async (context: Context, doing: 'enrol' | 'verify'): Promise<Where> => {
  if (isSameMailbox(context)) return { closed: msg('email-otp.same-mailbox') }
  const now = await addressNow(context)
  if (doing === 'enrol') return now === undefined ? { closed: msg('email-otp.no-address') } : { to: now }
  const isStillTheirs = now !== undefined && context.devices.some(({ data }) => (data as Mailbox).email === now)
  return isStillTheirs ? { to: now } : { closed: msg('email-otp.changed') }
}

const send = async ({ settings, use, need, request, kept }: Context, to: string): Promise<Kept | { readonly closed: Message }> => {
  const { digits, lifetime } = settings
  const outcome = await use.mail.sendCode(need(facts.user).id, { to, digits, lifetime: durationSeconds(lifetime), request })
  if ('sent' in outcome) return { name: outcome.sent, at: use.clock.now().getTime(), to, said: kept?.name == null ? 'sent' : 'again' }
  if (outcome.refused === 'no-address') return { closed: msg('email-otp.changed') }
  // The one before, if there is one, still counts.
  const before = kept?.to === to ? kept : { name: null, at: 0, to }
  return { ...before, said: outcome.refused }
}

/** Both parts ask for a code that was mailed; what it is good for is up to them. */
const mailed = (doing: 'enrol' | 'verify', title: Message, done: (context: Context, to: string) => Outcome<Kept>) => {
  const page = ({ settings }: Context, kept: Kept | { readonly closed: Message }): Outcome<Kept> => {
    if ('closed' in kept) return ask(closedPage(title, kept.closed))
    const { digits, lifetime } = settings
    const shown = { title, said: kept.said, address: kept.to, digits, lifetime: durationSeconds(lifetime), isOpen: kept.name !== null }
    return ask(codePage(shown), { keep: kept })
  }
  return definePart<Settings, typeof answer, Kept, typeof use>({
    answer,
    async show(context) {
      const where = await whereTo(context, doing)
      if ('closed' in where) return page(context, where)
      // A page that is shown again sends nothing.
      return page(context, context.kept ?? (await send(context, where.to)))
    },
    async submit(context, given) {
      const { kept, use } = context
      const where = await whereTo(context, doing)
      if ('closed' in where) return page(context, where)
      if (given.send === 'on' || !kept) {
        const isSoon = kept?.name != null && kept.to === where.to && use.clock.now().getTime() < kept.at + pause * 1000
        return page(context, isSoon ? { ...kept, said: 'wait' } : await send(context, where.to))
      }
      if (kept.name === null) return retry({ '': msg('email-otp.gone') })
      if (kept.to !== where.to) return retry({ code: msg('email-otp.gone') })
      const said = await use.mail.takeCode(kept.name, given.code ?? '')
      if (said === 'right') return done(context, kept.to)
      return retry({ code: said === 'wrong' ? msg('email-otp.wrong') : msg('email-otp.gone') })
    },
  })
}

export const authenticator = defineAuthenticator({
  kind: 'email-otp',
  label: msg('email-otp.title'),
  description: msg('email-otp.description'),
  settings,
  check: ({ lifetime }) =>
    durationSeconds(lifetime) > longest
      ? [{ pointer: '/lifetime', message: 'a code may not work for longer than an hour; write 60m or less' }]
      : [],
  use,
  single: true,
  proves: () => ({ 'email-otp': ['possession'] }),
  describe: ({ data }) => msg('email-otp.device', { address: (data as Mailbox).email }),

  async offers(context) {
    if (isSameMailbox(context) || !context.use.mail.canSend()) return false
    const now = await addressNow(context)
    return now !== undefined && !context.devices.some(({ data }) => (data as Mailbox).email === now)
  },

  async usable(context) {
    const where = await whereTo(context, 'verify')
    if ('closed' in where) return where.closed
    return context.use.mail.canSend() || msg('email-otp.no-server')
  },

  enrol: mailed('enrol', msg('email-otp.enrol.title'), ({ need, use }, to) =>
    pass({
      proof: 'email-otp',
      do: [use.devices.add(need(facts.user).id, { name: '', data: { email: to } satisfies Mailbox })],
    }),
  ),

  verify: mailed('verify', msg('email-otp.verify.title'), () => pass({ proof: 'email-otp' })),
})

export default definePlugin({ id: 'email-otp', version: '1.0.0', api: '^1', authenticators: [authenticator], messages: { en, de } })
