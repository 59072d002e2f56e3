import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literal, type Message, type Screen } from '../api/index.ts'
import { coreMessages } from './core-messages.ts'
import { createMessages } from './messages.ts'
import {
  deadLinkScreen,
  deniedScreen,
  doneScreen,
  errorScreen,
  expiredScreen,
  landingScreen,
  refusedScreen,
  savedScreen,
  signedOutScreen,
  unknownHostScreen,
} from './screens.ts'

const { translator, locales } = createMessages({ core: coreMessages, plugins: [] })
const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && ('key' in value || 'text' in value)
const messagesIn = (value: unknown): readonly Message[] => {
  if (typeof value !== 'object' || value === null) return []
  return 'node' in value || Array.isArray(value) || !isMessage(value) ? Object.values(value).flatMap(messagesIn) : [value]
}
const said = (screen: Screen, locale = 'en') => messagesIn(screen).map(translator(locale)).join('\n')

test('every screen of core can be said in every language', () => {
  const screens = [
    ...[400, 403, 404, 405, 429, 500, 502, 503].map((status) => errorScreen({ status, reference: 'R', wait: 5 })),
    deniedScreen({ why: literal('No.'), reference: 'R', again: '/' }),
    unknownHostScreen({ origin: 'https://a.example', local: 'http://localhost:9000', url: undefined }),
    unknownHostScreen({ origin: 'https://a.example', local: 'http://localhost:9000', url: 'https://b.example' }),
    expiredScreen({ again: '/' }),
    deadLinkScreen({ signIn: '/' }),
    doneScreen({ signIn: '/' }),
    savedScreen({ home: '/' }),
    landingScreen({ username: 'ada', applications: [], signOut: '/' }),
    refusedScreen({ why: literal('No.'), reference: 'R', username: 'ada', back: true, links: '/?do=' }),
    signedOutScreen({ signIn: '/' }),
  ]
  for (const locale of locales) for (const screen of screens) assert.notEqual(said(screen, locale), '')
})

test('a status without words of its own speaks for its class', () => {
  assert.deepEqual(errorScreen({ status: 405 }), errorScreen({ status: 400 }))
  assert.deepEqual(errorScreen({ status: 502 }), errorScreen({ status: 500 }))
  assert.match(said(errorScreen({ status: 404 })), /not found/)
})

test('how long to wait is said in seconds or minutes', () => {
  assert.match(said(errorScreen({ status: 429, wait: 0.2 })), /in 1 second\./)
  assert.match(said(errorScreen({ status: 429, wait: 42 })), /in 42 seconds\./)
  assert.match(said(errorScreen({ status: 503, wait: 121 })), /in 3 minutes\./)
  assert.match(said(errorScreen({ status: 503, wait: 121 }), 'de'), /in 3 Minuten noch einmal/)
})

test('a refusal says why and under which reference', () => {
  const screen = deniedScreen({ why: literal('Not on Sundays.'), reference: 'K7QF' })
  assert.match(said(screen), /Not on Sundays\./)
  assert.match(JSON.stringify(screen), /"value":"K7QF"/)
  assert.equal(JSON.stringify(screen).includes('href'), false)
})

test('who may not open an application is told why, and has three ways on', () => {
  const given = { why: literal('Not on Sundays.'), reference: 'K7QF', links: '/r/?do=' }
  const screen = refusedScreen({ ...given, username: 'ada', back: true })
  assert.match(said(screen), /Not on Sundays\.\nYou are signed in as ada\./)
  const hrefs = (shown: Screen) => shown.nodes.flatMap((node) => (node.node === 'link' ? node.href : []))
  assert.deepEqual(hrefs(screen), ['/r/?do=switch', '/r/?do=again', '/r/?do=back'])
  assert.deepEqual(hrefs(refusedScreen({ ...given, username: undefined, back: false })), ['/r/?do=again'])
})

test('an unknown host is told the option that admits it', () => {
  assert.match(
    JSON.stringify(unknownHostScreen({ origin: 'https://id.example.com', local: 'x', url: undefined })),
    /SLUICE_URL=https:\/\/id\.example\.com/,
  )
})

test('an unknown host is told the address that is served, if there is one', () => {
  const url = 'https://id.example.com'
  const screen = JSON.stringify(unknownHostScreen({ origin: 'http://10.0.0.7', local: 'http://localhost:9000', url }))
  assert.match(screen, /"value":"https:\/\/id\.example\.com"/)
  assert.doesNotMatch(screen, /localhost/)
})

test('the landing page links the applications that have an address', () => {
  const applications = [{ name: 'A', launchUrl: 'https://a.example/' }, { name: 'B' }]
  const screen = landingScreen({ username: 'ada', applications, signOut: '/out' })
  assert.deepEqual(
    screen.nodes.find(({ node }) => node === 'list'),
    { node: 'list', items: [{ text: literal('A'), href: 'https://a.example/' }] },
  )
  assert.match(said(screen), /signed in as ada/)
})
