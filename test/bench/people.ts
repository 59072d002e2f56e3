import { randomInt } from 'node:crypto'
import { cookiesOf, type Answer, type Http } from './http.ts'
import { client, machine } from './relying-party.ts'

/** Attempts are limited for each account, so many sign in. */
const userCount = 64
export const password = 'correct horse battery staple'
export const username = (index: number): string => `user${index % userCount}`

/** `more`: kinds that are added, e.g. `{ policies: { … } }`; an object of the same slug replaces the one here. */
export const document = (idTokenAlg: string, { applications, ...more }: Readonly<Record<string, object>> = {}): object => ({
  version: 1,
  ...more,
  users: Object.fromEntries(
    Array.from({ length: userCount }, (_, index) => [
      username(index),
      { name: 'Jane Doe', email: `${username(index)}@example.com`, password },
    ]),
  ),
  providers: {
    app: { type: 'oidc', with: { clientSecret: client.secret, redirectUris: [client.redirectUri], idTokenAlg } },
    job: {
      type: 'oidc',
      with: {
        clientSecret: client.secret,
        grantTypes: ['client_credentials'],
        clientScopes: [machine.scope],
        introspects: ['app'],
        accessTokenAlg: idTokenAlg,
      },
    },
  },
  applications: { app: { name: 'Benchmark', provider: 'app' }, job: { name: 'Job', provider: 'job' }, ...applications },
})

const path = '/api/v1/flows/default-authentication/run'

/** An address of its own for each visitor: attempts are limited for each address, too. */
const from = () => ({ 'x-forwarded-for': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}` })

const expect = (answer: Answer, status: number): Answer => {
  if (answer.status !== status) throw new Error(`signing in answered ${answer.status} instead of ${status}: ${answer.body.slice(0, 500)}`)
  return answer
}

/** Opens the default sign-in as a new browser and says who it is; what is left is the password. */
export const identified = async (http: Http, identifier: string) => {
  const headers = from()
  const begun = expect(await http.json(path, {}, headers), 200)
  const browser = { ...headers, cookie: cookiesOf(begun) }
  const { run, challenge } = JSON.parse(begun.body)
  const asked = JSON.parse(expect(await http.json(path, { run, challenge, answer: { identifier } }, browser), 200).body)
  return {
    /** The answer to a password, which must have this status. */
    type: async (typed: string, status: 200 | 422) =>
      expect(await http.json(path, { run, challenge: asked.challenge, answer: { password: typed } }, browser), status),
    cookie: browser.cookie,
  }
}

/** Three requests: a browser opens the flow, says who it is, types the right password. Gives the cookie of its session. */
export const logIn = async (http: Http, index: number): Promise<string> => {
  const { type, cookie } = await identified(http, username(index))
  const answer = await type(password, 200)
  if (JSON.parse(answer.body).done !== true) throw new Error(`the sign-in is not done: ${answer.body.slice(0, 500)}`)
  return cookiesOf(answer) || cookie
}
