import { tokens } from './asking.ts'
import type { Case } from './case.ts'
import type { Party } from './party.ts'

const claimsOf = (jws: string | undefined): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(jws?.split('.')[1] ?? '', 'base64url').toString() || '{}')

const names = (claims: Readonly<Record<string, unknown>>): string => Object.keys(claims).toSorted().join(' ')

const asking =
  (headersOf: (token: string) => Record<string, string>, queryOf = (_: string) => '') =>
  async (party: Party) => {
    const { access_token = '' } = await tokens(party)
    const page = await party.ask('userinfo_endpoint', { headers: headersOf(access_token), query: queryOf(access_token) })
    const { status, headers } = page
    if (status !== 200) return `${status} ${/error="(\w+)"/.exec(headers.get('www-authenticate') ?? '')?.[1] ?? 'no error'}`
    const { sub, ...claims } = page.json()
    return `200 ${sub === claimsOf((await tokens(party))['id_token'])['sub'] ? 'same sub' : 'another sub'} ${names(claims)}`
  }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Requests to the userinfo endpoint, and what ID tokens say. */
export const userinfo: readonly Case[] = [
  {
    name: 'userinfo',
    run: asking(bearer),
    ours: '200 same sub email email_verified groups name preferred_username updated_at',
    theirs: '200 same sub email email_verified groups name preferred_username',
    why: 'updated_at belongs to profile (OIDC Core §5.4); this account of theirs has none',
  },
  { name: 'userinfo without a token', run: asking(() => ({})), both: '401 no error' },
  { name: 'userinfo with nonsense', run: asking(() => bearer('nonsense')), both: '401 invalid_token' },
  {
    name: 'userinfo with a token in the query',
    run: asking(
      () => ({}),
      (token) => `access_token=${token}`,
    ),
    both: '400 invalid_request',
  },
  {
    name: 'claims of the ID token',
    run: async (party) => names(claimsOf((await tokens(party))['id_token'])),
    ours: 'acr amr at_hash aud auth_time azp email email_verified exp groups iat iss name nonce preferred_username sid sub updated_at',
    theirs: 'aud email email_verified exp groups iat iss name nonce preferred_username sub',
    why: 'we say how and when somebody signed in without being asked, and bind the access token (OIDC Core §2, §3.1.3.6)',
  },
  {
    name: 'values of the ID token',
    run: async (party) => {
      const { iss, aud, nonce, email, name, groups, preferred_username } = claimsOf((await tokens(party))['id_token'])
      return JSON.stringify({ iss: iss === party.issuerOf('app'), aud, nonce, email, name, groups, preferred_username })
    },
    both: '{"iss":true,"aud":"app","nonce":"the nonce","email":"ada@example.com","name":"Ada Lovelace","groups":["finance"],"preferred_username":"ada"}',
  },
]
