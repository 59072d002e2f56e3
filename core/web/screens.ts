import { literal, type Message, msg, type Node, screen, type Screen } from '../api/index.ts'

const reference = (value: string | undefined): readonly Node[] =>
  value === undefined ? [] : [{ node: 'values', items: [{ label: msg('core.error.reference'), value }] }]

/** Seconds up to a minute and a half, then minutes. */
const waiting = (seconds: number): Message =>
  seconds > 90
    ? msg('core.error.wait', { unit: 'minutes', count: Math.ceil(seconds / 60) })
    : msg('core.error.wait', { unit: 'seconds', count: Math.max(1, Math.ceil(seconds)) })

const explained = new Set([400, 403, 404, 429, 500, 503])
const explanation = (status: number): number => {
  if (explained.has(status)) return status
  return status < 500 ? 400 : 500
}

/** What went wrong with a request, by its HTTP status. `wait`: the seconds of `Retry-After`. */
export const errorScreen = ({ status, reference: value, wait }: { status: number; reference?: string; wait?: number }): Screen => {
  const key = `core.error.${explanation(status)}`
  return screen(
    msg(`${key}.title`),
    { node: 'text', text: msg(`${key}.text`) },
    ...(wait === undefined ? [] : [{ node: 'text', text: waiting(wait) } as const]),
    ...reference(value),
    { node: 'link', label: msg('core.error.home'), href: '/' },
  )
}

/**
 * The server was asked for under a host that it does not serve. `origin` is the one that was asked for, `local` one that is served, e.g.
 * `http://localhost:9000`.
 */
export const unknownHostScreen = ({ origin, local, url }: { origin: string; local: string; url: string | undefined }): Screen =>
  screen(
    msg('core.host.title'),
    { node: 'text', text: msg('core.host.text', { host: origin }) },
    { node: 'text', text: msg(url === undefined ? 'core.host.fix' : 'core.host.fix-other') },
    {
      node: 'values',
      items: [
        { label: msg('core.host.option'), value: `SLUICE_URL=${origin}` },
        url === undefined ? { label: msg('core.host.local'), value: local } : { label: msg('core.host.url'), value: url },
      ],
    },
  )

/** The run ended with a refusal. `reference` finds it in the log; `again` begins anew. */
export const deniedScreen = ({ why, reference: value, again }: { why: Message; reference: string; again?: string }): Screen =>
  screen(
    msg('core.denied.title'),
    { node: 'text', tone: 'error', text: why },
    { node: 'text', text: msg('core.denied.help') },
    ...reference(value),
    ...(again === undefined ? [] : [{ node: 'link', label: msg('core.again'), href: again } as const]),
  )

/**
 * Somebody may not open or enter what they wanted. `links`: an address that ends with what they wish: `switch` to sign in as somebody else, `again`,
 * and `back` to the application, if there is one.
 */
export const refusedScreen = ({
  why,
  reference: value,
  username,
  back,
  links,
}: {
  why: Message
  reference: string
  username: string | undefined
  back: boolean
  links: string
}): Screen =>
  screen(
    msg('core.denied.title'),
    { node: 'text', tone: 'error', text: why },
    ...(username === undefined ? [] : [{ node: 'text', tone: 'muted', text: msg('core.landing.user', { username }) } as const]),
    { node: 'text', text: msg('core.denied.help') },
    ...reference(value),
    ...(username === undefined || !back ? [] : [{ node: 'link', label: msg('core.denied.switch'), href: `${links}switch` } as const]),
    { node: 'link', label: msg('core.again'), href: `${links}again` },
    ...(back ? [{ node: 'link', label: msg('core.denied.back'), href: `${links}back` } as const] : []),
  )

/** The run is gone: too old, or ended in another window. */
export const expiredScreen = ({ again }: { again: string }): Screen =>
  screen(
    msg('core.expired.title'),
    { node: 'text', text: msg('core.expired.text') },
    { node: 'link', label: msg('core.again'), href: again },
  )

/** A one-time link was used, has expired, or never was. */
export const deadLinkScreen = ({ signIn }: { signIn: string }): Screen =>
  screen(
    msg('core.link-used.title'),
    { node: 'text', text: msg('core.link-used') },
    { node: 'link', label: msg('core.done.sign-in'), href: signIn },
  )

/** A run that opens no session has ended well. */
export const doneScreen = ({ signIn }: { signIn: string }): Screen =>
  screen(
    msg('core.done.title'),
    { node: 'text', text: msg('core.done.text') },
    { node: 'link', label: msg('core.done.sign-in'), href: signIn },
  )

/** Somebody who is signed in has changed something of their own. */
export const savedScreen = ({ home }: { home: string }): Screen =>
  screen(msg('core.done.title'), { node: 'text', text: msg('core.done.saved') }, { node: 'link', label: msg('core.done.home'), href: home })

/** Where somebody arrives who came without an application. Applications without an address of their own are left out. */
export const landingScreen = ({
  username,
  applications,
  signOut,
}: {
  username: string
  applications: readonly { readonly name: string; readonly launchUrl?: string }[]
  signOut: string
}): Screen => {
  const items = applications.flatMap(({ name, launchUrl }) => (launchUrl === undefined ? [] : [{ text: literal(name), href: launchUrl }]))
  return screen(
    msg('core.landing.title'),
    { node: 'text', tone: 'muted', text: msg('core.landing.user', { username }) },
    items.length > 0 ? { node: 'list', items } : { node: 'text', text: msg('core.landing.empty') },
    { node: 'link', label: msg('core.landing.sign-out'), href: signOut },
  )
}

/** The end of a sign-out that goes back to no application. */
export const signedOutScreen = ({ signIn }: { signIn: string }): Screen =>
  screen(
    msg('core.signed-out.title'),
    { node: 'text', text: msg('core.signed-out.text') },
    { node: 'link', label: msg('core.signed-out.again'), href: signIn },
  )
