import { definePlugin, defineSink, ports, secret, Type } from 'sluice/plugin'
import { deliveryOf } from './answer.ts'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }
import { keyOf, signatures } from './sign.ts'

const wrongSecret = 'is not a secret of webhooks: 24 to 64 bytes in base64, with or without "whsec_" before them'

export const sink = defineSink({
  kind: 'webhook',
  settings: Type.Object({
    url: Type.String({
      title: 'Address',
      description: 'Where events are posted. Who may see sinks sees it: keep secrets out of it.',
      pattern: '^https?://[^\\s\\\\]+$',
      'x-url': true,
      maxLength: 2000,
      'x-hint': 'a whole address that starts with http:// or https://',
    }),
    secret: Type.Optional(
      secret({ title: 'Secret', description: 'Needed: signs what is posted. `whsec_`, and 24 to 64 bytes in base64.', generate: 'whsec_' }),
    ),
    previousSecret: Type.Optional(
      secret({ title: 'Previous secret', description: 'Signs as well, until the receiver knows the new one. Remove it then.' }),
    ),
    timeout: Type.Integer({
      title: 'Timeout',
      description: 'Seconds until a receiver has to answer.',
      minimum: 1,
      maximum: 30,
      default: 10,
    }),
  }),
  use: { http: ports.http, clock: ports.clock },
  check: ({ url, secret: current, previousSecret: previous }) => {
    const { username, password } = URL.parse(url) ?? {}
    if (username || password)
      return [{ pointer: '/url', message: 'has a user name or a password in it, which everybody could see; leave them out' }]
    if (!current) return [{ pointer: '/secret', message: 'is needed: receivers know by it that events are from here' }]
    return [
      { pointer: '/secret', value: current },
      { pointer: '/previousSecret', value: previous },
    ].flatMap(({ pointer, value }) => (value && !keyOf(value.reveal()) ? [{ pointer, message: wrongSecret }] : []))
  },
  async deliver(event, { settings, use, signal }) {
    const { url, secret: current, previousSecret: previous, timeout } = settings
    const body = JSON.stringify(event)
    const now = use.clock.now().getTime()
    const timestamp = Math.floor(now / 1000)
    const keys = [current, previous].flatMap((one) => (one && keyOf(one.reveal())) ?? [])
    const headers = {
      'content-type': 'application/json',
      'webhook-id': event.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures({ id: event.id, timestamp, body }, keys),
    }
    return deliveryOf(await use.http.request({ url, method: 'POST', headers, body, timeout, signal }), now)
  },
})

export default definePlugin({ id: 'webhook', version: '1.0.0', api: '^1', sinks: [sink], messages: { en, de } })
