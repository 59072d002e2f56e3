import { type Message, msg, type Node, type Screen, screen } from 'sluice/plugin'

/** What became of the mail. */
export type Said = 'sent' | 'again' | 'wait' | 'too-many' | 'no-server'

/** Seconds that somebody waits before they ask for another code. */
export const pause = 30

/** So that its owner knows which one it is, and nobody else learns it: `a…@example.com`. */
export const hinted = (address: string): string => {
  const at = address.lastIndexOf('@')
  return `${[...address][0] ?? ''}…${at < 0 ? '' : address.slice(at)}`
}

type Shown = {
  readonly title: Message
  readonly said: Said
  readonly address: string
  readonly digits: number
  /** Seconds. */
  readonly lifetime: number
  /** Was a code sent that can be typed? */
  readonly isOpen: boolean
}

const told = ({ said, address }: Shown): Message => {
  const params = { address: hinted(address) }
  switch (said) {
    case 'sent':
      return msg('email-otp.sent', params)
    case 'again':
      return msg('email-otp.again', params)
    case 'wait':
      return msg('email-otp.wait', { seconds: pause })
    case 'too-many':
      return msg('email-otp.too-many')
    case 'no-server':
      return msg('email-otp.no-server')
  }
}

/** Asks for the code that was mailed. */
export const codePage = (shown: Shown): Screen => {
  const { title, said, digits, lifetime, isOpen } = shown
  const isRefused = said === 'wait' || said === 'too-many' || said === 'no-server'
  const field: readonly Node[] = isOpen
    ? [
        { node: 'text', tone: 'muted', text: msg('email-otp.lifetime', { minutes: Math.ceil(lifetime / 60) }) },
        {
          node: 'field',
          input: 'code',
          name: 'code',
          label: msg('email-otp.code', { digits }),
          required: true,
          autocomplete: 'one-time-code',
        },
        { node: 'button', label: msg('email-otp.continue') },
        { node: 'button', name: 'send', value: 'on', label: msg('email-otp.resend'), kind: 'link', skips: true },
      ]
    : [{ node: 'button', name: 'send', value: 'on', label: msg('email-otp.resend') }]
  return screen(title, { node: 'text', text: told(shown), ...(isRefused && { tone: 'warn' as const }) }, ...field)
}

/** Says why no code is mailed. Whoever has another way finds it below. */
export const closedPage = (title: Message, why: Message): Screen =>
  screen(title, { node: 'text', tone: 'warn', text: why }, { node: 'link', label: msg('email-otp.back'), href: '/if/flow/redirect/' })
