import { createHash } from 'node:crypto'
import {
  ask,
  definePlugin,
  defineStage,
  deny,
  duration,
  durationSeconds,
  facts,
  type Message,
  msg,
  networkOf,
  ports,
  type Outcome,
  screen,
  type StageContext,
  type Static,
  Type,
} from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

/** Seconds. A link that lies about for longer is found by others. */
const longest = { lifetime: 24 * 3600, resend: 3600 }
/** Mails that one network may ask for, for whomever, and seconds in which. */
export const fromNetwork = { most: 30, window: 15 * 60 }

const settings = Type.Object({
  flow: Type.String({
    title: 'Flow',
    description: 'What the link opens: a flow for recovery with `entry: link`. It begins with knowing who it is.',
    minLength: 1,
    maxLength: 100,
    'x-ref': 'flow',
    'x-flow': { designation: 'recovery', entry: 'link' },
  }),
  lifetime: duration({ title: 'Lifetime', description: 'How long the link works; a day at most.', default: '30m' }),
  resend: duration({
    title: 'Pause',
    description: 'For so long no further mail is sent for the same name, however often it is asked for; an hour at most.',
    default: '1m',
  }),
})

const use = { mail: ports.mail, store: ports.store }
type Settings = Static<typeof settings>
/** What the page says. */
type Said = 'sent' | 'again' | 'wait' | 'too-many'
type Kept = { readonly said: Said }
type Context = StageContext<Settings, typeof facts.login, Kept, typeof use>

/**
 * Has a link sent, and counts before it does. Counted by what was typed and by where the request comes from, never by who it is: a refusal tells nothing of
 * anybody. `undefined`: there is no mail server.
 */
async function send({ settings, use, request, need, peek }: Context): Promise<Exclude<Said, 'again'> | undefined> {
  const { identifier } = need(facts.login)
  if ((await use.store.increment(`network ${networkOf(request.ip)}`, fromNetwork.window)) > fromNetwork.most) return 'too-many'
  const name = createHash('sha256').update(identifier.normalize('NFKC').toLowerCase()).digest('base64url')
  if ((await use.store.increment(`name ${name}`, durationSeconds(settings.resend))) > 1) return 'wait'
  // Where it goes is what the directory says of them, and nothing that anybody sends.
  const isSent = await use.mail.sendLink(peek(facts.user)?.id, {
    flow: settings.flow,
    lifetime: durationSeconds(settings.lifetime),
    request,
  })
  return isSent ? 'sent' : undefined
}

/** The same for everybody: nothing in it comes from the directory. */
const page = (said: Said, { lifetime, resend }: Settings) => {
  const told: Readonly<Record<Said, Message>> = {
    sent: msg('email-link.sent'),
    again: msg('email-link.again'),
    wait: msg('email-link.wait', { minutes: Math.ceil(durationSeconds(resend) / 60) }),
    'too-many': msg('email-link.too-many', { minutes: fromNetwork.window / 60 }),
  }
  const isRefused = said === 'wait' || said === 'too-many'
  return screen(
    msg('email-link.title'),
    { node: 'text', text: told[said], ...(isRefused && { tone: 'warn' as const }) },
    { node: 'text', text: msg('email-link.lifetime', { minutes: Math.ceil(durationSeconds(lifetime) / 60) }) },
    { node: 'text', tone: 'muted', text: msg('email-link.nothing') },
    { node: 'button', label: msg('email-link.resend'), kind: 'secondary' },
    { node: 'link', label: msg('email-link.back'), href: '/if/flow/redirect/' },
  )
}

export const stage = defineStage({
  kind: 'email',
  settings,
  answer: Type.Object({}),
  needs: [facts.login],
  // What follows is done where the link is opened.
  ends: true,
  use,
  check: ({ lifetime, resend }) => [
    ...(durationSeconds(lifetime) > longest.lifetime
      ? [{ pointer: '/lifetime', message: 'a link may not work for longer than a day; write 24h or less' }]
      : []),
    ...(durationSeconds(resend) > longest.resend
      ? [{ pointer: '/resend', message: 'nobody waits longer than an hour for a second mail; write 60m or less' }]
      : []),
  ],

  async show(context: Context): Promise<Outcome<Kept>> {
    const said = context.kept?.said ?? (await send(context))
    return said === undefined ? deny(msg('email-link.no-server')) : ask(page(said, context.settings), { keep: { said } })
  },

  async submit(context: Context): Promise<Outcome<Kept>> {
    const sent = await send(context)
    if (sent === undefined) return deny(msg('email-link.no-server'))
    const said = sent === 'sent' ? 'again' : sent
    return ask(page(said, context.settings), { keep: { said } })
  },
})

export default definePlugin({ id: 'email-link', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
