import { asApp, asAppWith, asOther, challenge, codeFrom, post, redeeming, refreshing, told, tokens, verifier } from './asking.ts'
import type { Case } from './case.ts'
import { clients, type Party } from './party.ts'

const { app, other, spa } = clients
const none = {}
const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
const asSpa = { client_id: spa.id, redirect_uri: spa.redirectUri, ...pkce }
const given = '200 access_token expires_in id_token scope token_type'

const twice = (parameters: (party: Party) => Promise<Record<string, string | undefined>>) => async (party: Party) => {
  const sent = await parameters(party)
  await post(party, sent)
  return told(await post(party, sent))
}
const byCode = async (party: Party) => ({ grant_type: 'authorization_code', redirect_uri: app.redirectUri, code: await codeFrom(party) })
const byRefreshToken = async (party: Party) => ({ grant_type: 'refresh_token', refresh_token: (await tokens(party))['refresh_token'] })
const sending = (body: string, headers: Record<string, string>, query?: string) => async (party: Party) =>
  told(await party.ask('token_endpoint', { body, headers: { ...asApp, ...headers }, ...(query !== undefined && { query }) }))

/** Requests to the token endpoint. */
export const token: readonly Case[] = [
  { name: 'a code, client_secret_basic', run: redeeming(), both: given },
  { name: 'a code with its verifier', run: redeeming({ code_verifier: verifier }, { asked: pkce }), both: given },
  {
    name: 'a code of a public client',
    run: redeeming(
      { ...asSpa, code_challenge: undefined, code_challenge_method: undefined, code_verifier: verifier },
      { asked: asSpa, headers: none },
    ),
    both: given,
  },
  {
    name: 'a code with offline_access',
    run: async (party) =>
      `200 ${Object.keys(await tokens(party))
        .toSorted()
        .join(' ')}`,
    both: '200 access_token expires_in id_token refresh_token scope token_type',
  },
  { name: 'a code twice', run: twice(byCode), both: '400 invalid_grant' },
  { name: 'an unknown code', run: redeeming({ code: 'nonsense' }), both: '400 invalid_grant' },
  { name: 'no code', run: redeeming({ code: undefined }), both: '400 invalid_request' },
  { name: 'another redirect_uri', run: redeeming({ redirect_uri: 'https://app.example/other' }), both: '400 invalid_grant' },
  {
    name: 'no redirect_uri',
    run: redeeming({ redirect_uri: undefined }),
    ours: '400 invalid_grant',
    theirs: '400 invalid_request',
    why: 'a code that is presented without its address is spent: RFC 6749 §5.2 has invalid_grant for what does not match',
  },
  { name: 'the code of another client', run: redeeming({}, { headers: asOther }), both: '400 invalid_grant' },
  { name: 'another verifier', run: redeeming({ code_verifier: `${verifier}x` }, { asked: pkce }), both: '400 invalid_grant' },
  { name: 'no verifier', run: redeeming({}, { asked: pkce }), both: '400 invalid_grant' },
  { name: 'a verifier without a challenge', run: redeeming({ code_verifier: verifier }), both: '400 invalid_grant' },
  { name: 'no grant_type', run: redeeming({ grant_type: undefined }), both: '400 invalid_request' },
  { name: 'an unknown grant_type', run: redeeming({ grant_type: 'nonsense' }), both: '400 unsupported_grant_type' },
  {
    name: 'the password grant',
    run: redeeming({ grant_type: 'password', username: 'ada', password: 'x' }),
    both: '400 unsupported_grant_type',
  },
  { name: 'a wrong secret', run: redeeming({}, { headers: asAppWith('wrong') }), both: '401 invalid_client' },
  { name: 'an unknown client', run: redeeming({ client_id: 'nobody', client_secret: 'x' }, { headers: none }), both: '401 invalid_client' },
  { name: 'no client authentication', run: redeeming({ client_id: app.id }, { headers: none }), both: '401 invalid_client' },
  {
    name: 'nobody at all',
    run: redeeming({}, { headers: none }),
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: 'RFC 6749 §5.2: invalid_client where no client authentication is included',
  },
  { name: 'two ways to authenticate', run: redeeming({ client_id: app.id, client_secret: app.secret }), both: '400 invalid_request' },
  { name: 'Basic for one client, client_id of another', run: redeeming({ client_id: other.id }), both: '400 invalid_request' },
  {
    name: 'a header that is no Basic',
    run: redeeming({}, { headers: { authorization: 'Basic !!!' } }),
    ours: '401 invalid_client',
    theirs: '400 invalid_request',
    why: 'RFC 6749 §5.2: a client that tried the header is answered 401 with a challenge',
  },
  {
    name: 'a body of JSON',
    run: sending('{"grant_type":"authorization_code"}', { 'content-type': 'application/json' }),
    both: '400 invalid_request',
  },
  {
    name: 'a grant_type twice',
    run: sending('grant_type=refresh_token&grant_type=refresh_token', { 'content-type': 'application/x-www-form-urlencoded' }),
    both: '400 invalid_request',
  },
  { name: 'a refresh token', run: refreshing(), both: '200 access_token expires_in id_token refresh_token scope token_type' },
  {
    name: 'fewer scopes',
    run: refreshing({ scope: 'openid' }),
    both: '200 access_token expires_in id_token refresh_token scope token_type',
  },
  { name: 'a wider scope', run: refreshing({ scope: 'openid nonsense' }), both: '400 invalid_scope' },
  { name: 'an unknown refresh token', run: refreshing({ refresh_token: 'nonsense' }), both: '400 invalid_grant' },
  { name: 'no refresh token', run: refreshing({ refresh_token: undefined }), both: '400 invalid_request' },
  { name: 'the refresh token of another client', run: refreshing({}, asOther), both: '400 invalid_grant' },
  { name: 'a refresh token twice', run: twice(byRefreshToken), both: '400 invalid_grant' },
]
