import { Pool } from 'undici'
import { workers } from './load.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}
export type Http = {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  form(path: string, fields: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Answer>
  json(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Answer>
  close(): Promise<void>
}

/** One client for all servers, so that none is measured by a better one. Follows nothing, keeps no cookies. */
export const httpTo = (origin: string, connections = workers): Http => {
  const pool = new Pool(origin, { connections })
  const ask = async (method: 'GET' | 'POST', path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<Answer> => {
    const answer = await pool.request({ method, path, headers, ...(body !== undefined && { body }) })
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  }
  return {
    get: (path, headers = {}) => ask('GET', path, headers),
    form: (path, fields, headers = {}) =>
      ask('POST', path, { 'content-type': 'application/x-www-form-urlencoded', ...headers }, new URLSearchParams(fields).toString()),
    json: (path, body, headers = {}) => ask('POST', path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body)),
    close: () => pool.close(),
  }
}

/** The `Cookie` header that answers these `Set-Cookie`. */
export const cookiesOf = ({ headers }: Answer): string =>
  [headers['set-cookie'] ?? []]
    .flat()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
