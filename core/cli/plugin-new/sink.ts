import type { Names } from './names.ts'

const plugin = ({ id, title }: Names) => `import { definePlugin, defineSink, delivered, giveUp, ports, tryAgain, Type } from 'sluice/plugin'

/** Posts a line of text for each event, as JSON. An event may come twice: receivers know it by its id. */
export const sink = defineSink({
  kind: '${id}',
  settings: Type.Object({
    url: Type.String({ title: 'Address', description: 'Where events are posted.', pattern: '^https?://\\\\S+$', 'x-url': true }),
  }),
  use: { http: ports.http },
  async deliver(event, { settings, use, signal }) {
    const text = event.userName === null ? event.action : \`\${event.action} by \${event.userName}\`
    const { status } = await use.http.request({
      url: settings.url,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: event.id, at: event.at, text }),
      signal,
    })
    const said = \`the receiver answered \${status}\`
    if (status >= 200 && status < 300) return delivered(said, { status })
    // Gone for good. Whatever else it says, it may take the event later; so may one that is not reached, which throws.
    return status === 410 ? giveUp(said, { status }) : tryAgain(said, { status })
  },
})

export default definePlugin({
  id: '${id}',
  version: '0.1.0',
  api: '^1',
  sinks: [sink],
  messages: {
    en: {
      '${id}.title': '${title}',
      '${id}.description': 'Posts a line of text for each event to an address.',
    },
    de: {
      '${id}.title': '${title}',
      '${id}.description': 'Sendet zu jedem Ereignis eine Zeile Text an eine Adresse.',
    },
  },
})
`

const test = (_: Names) => `import assert from 'node:assert/strict'
import test from 'node:test'
import { anEvent, deliver, messagesContract, sinkContract } from 'sluice/kit'
import type { HttpRequest } from 'sluice/plugin'
import plugin, { sink } from './plugin.ts'

const settings = { url: 'https://chat.example.com/events' }

/** A receiver that answers so, and what it was sent. */
const receiver = (status: number) => {
  const sent: HttpRequest[] = []
  const request = async (asked: HttpRequest) => {
    sent.push(asked)
    return { status, headers: {}, body: '' }
  }
  return { sent, use: { http: { request } } }
}

test('meets the contract of sinks', () => sinkContract(sink, settings, { use: receiver(204).use }))

test('has its texts in English and German', () => messagesContract(plugin, import.meta.dirname))

test('an event is a line of text', async () => {
  const { sent, use } = receiver(204)
  const event = anEvent({ action: 'user.deleted', userName: 'ada' })
  assert.equal((await deliver(sink, settings, { event, use })).outcome, 'delivered')
  const [{ url, body }] = sent as [HttpRequest]
  assert.deepEqual([url, JSON.parse(body ?? '')], [settings.url, { id: event.id, at: event.at, text: 'user.deleted by ada' }])
})

test('what does not arrive is tried again, unless nobody is there any more', async () => {
  const outcomeOf = async (status: number) => (await deliver(sink, settings, { use: receiver(status).use })).outcome
  assert.deepEqual(await Promise.all([200, 404, 410, 503].map(outcomeOf)), ['delivered', 'again', 'given-up', 'again'])
})
`

const use = ({ id }: Names) => `Say which events go where:

\`\`\`yaml
sinks:
  ours:
    type: ${id}
    on: ['user.*']
    with: { url: https://chat.example.com/events }
\`\`\`

\`npx sluice sink test ours\` tells whether one arrives. A receiver inside of your own network has to be allowed by \`SLUICE_OUTGOING_ALLOW\`.
`

/** A sink that works as it is. */
export const sinkTemplate = { plugin, test, use }
