import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { post, told } from './asking.ts'
import type { Case } from './case.ts'
import { clients, type Parameters, type Party, robotKey } from './party.ts'

const { robot, app } = clients
const none = {}
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })

type Claims = Readonly<Record<string, unknown>>
type Wish = { readonly header?: object; readonly key?: KeyObject; readonly sent?: Parameters }
const seconds = () => Math.floor(Date.now() / 1000)

const signed = (party: Party, claims: Claims, { header = {}, key = robotKey.privateKey }: Wish) => {
  const given = { iss: robot.id, sub: robot.id, aud: party.issuerOf(robot.id), exp: seconds() + 60, jti: randomUUID(), ...claims }
  return new SignJWT(given).setProtectedHeader({ alg: 'ES256', kid: 'robot-1', ...header }).sign(key)
}
/** Whoever gets past authentication is told that the refresh token is none. */
const sending = (party: Party, client_assertion: string, sent: Parameters = {}) =>
  post(party, { grant_type: 'refresh_token', refresh_token: 'nonsense', client_assertion_type: type, client_assertion, ...sent }, none)

const asking =
  (claims: (party: Party) => Claims = () => ({}), wish: Wish = {}) =>
  async (party: Party): Promise<string> =>
    told(await sending(party, await signed(party, claims(party), wish), wish.sent))

const past = '400 invalid_grant'
const refused = '401 invalid_client'

/** Authentication by a signed assertion. */
export const assertions: readonly Case[] = [
  { name: 'a good one', run: asking(), both: past },
  { name: 'a good one, with client_id', run: asking(undefined, { sent: { client_id: robot.id } }), both: past },
  {
    name: 'a good one twice',
    run: async (party) => {
      const assertion = await signed(party, {}, {})
      await sending(party, assertion)
      return told(await sending(party, assertion))
    },
    both: refused,
  },
  { name: 'another key', run: asking(undefined, { key: stranger.privateKey }), both: refused },
  { name: 'another issuer', run: asking(() => ({ iss: app.id })), both: refused },
  { name: 'no audience', run: asking(() => ({ aud: undefined })), both: refused },
  { name: 'the audience of somebody else', run: asking(() => ({ aud: 'https://other.example/' })), both: refused },
  { name: 'an end that has passed', run: asking(() => ({ exp: seconds() - 600 })), both: refused },
  { name: 'no end', run: asking(() => ({ exp: undefined })), both: refused },
  { name: 'no name', run: asking(() => ({ jti: undefined })), both: refused },
  { name: 'a beginning to come', run: asking(() => ({ nbf: seconds() + 600 })), both: refused },
  { name: 'for a client that has a secret', run: asking(() => ({ iss: app.id, sub: app.id })), both: refused },
  {
    name: 'another type of assertion',
    run: asking(undefined, { sent: { client_assertion_type: 'x' } }),
    ours: refused,
    theirs: '400 invalid_request',
    why: 'RFC 6749 §5.2: invalid_client where the authentication method is not supported',
  },
  { name: 'beside a secret', run: asking(undefined, { sent: { client_secret: 'x', client_id: robot.id } }), both: '400 invalid_request' },
  {
    name: 'for the token endpoint',
    run: asking(({ endpoints }) => ({ aud: endpoints.token_endpoint })),
    ours: refused,
    theirs: past,
    why: 'RFC 7523bis: the issuer is the only audience, since an endpoint may be named in the metadata of another server',
  },
  {
    name: 'for several',
    run: asking((party) => ({ aud: [party.issuerOf(robot.id), 'https://other.example/'] })),
    ours: refused,
    theirs: past,
    why: 'RFC 7523bis: one audience, as a string; the other could use it here',
  },
]
