import { request } from 'node:http'

/** An answer of the HTTP API with its body read. */
export type ApiAnswer = { readonly status: number; readonly headers: Headers; readonly text: string; readonly body: any }

export type ApiAsk = {
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The status of a request whose body is larger than what is taken: its answer comes before all of it was sent, and `fetch` gives up then. */
export const sendLarge = (
  url: string,
  path: string,
  { method, type, bytes, token = adminToken }: { method: string; type: string; bytes: number; token?: string },
): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type, 'content-length': bytes }
    let answered = false
    const sent = request(`${url}/api/v1${path}`, { method, headers }, (response) => {
      answered = true
      response.resume()
      resolve(response.statusCode ?? 0)
      sent.destroy()
    })
    // The connection is closed on us: what counts is whether there was an answer.
    sent.on('error', (error) => (answered ? undefined : setTimeout(() => reject(error), 1000)))
    sent.write('x')
  })

/** An API token for `SLUICE_BOOTSTRAP_TOKEN` of a test's server. */
export const adminToken = 'bootstrap-token-of-the-tests-0123456789'

/** Calls the HTTP API under `/api/v1`, with a token or with none. */
export type Api = ((method: string, path: string, ask?: ApiAsk) => Promise<ApiAnswer>) & {
  /** The same with another token; `undefined`: none. */
  as(token: string | undefined): Api
  /** A call that must succeed; throws with the answer if it does not. */
  must(method: string, path: string, body?: unknown): Promise<any>
}

export const apiOf = (url: string, token: string | undefined): Api => {
  const call = async (method: string, path: string, { body, headers = {} }: ApiAsk = {}): Promise<ApiAnswer> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, text, body: isJson && text !== '' ? JSON.parse(text) : undefined }
  }
  const must = async (method: string, path: string, body?: unknown): Promise<any> => {
    const answer = await call(method, path, body === undefined ? {} : { body })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer.body
  }
  return Object.assign(call, { as: (other: string | undefined) => apiOf(url, other), must })
}

/** Applies a document to the server that runs. What it says counts from the next request on, as after a start with it, which takes a second and a half. */
export const applyTo = async ({ url }: { readonly url: string }, document: object): Promise<void> => {
  await apiOf(url, adminToken).must('POST', '/configuration/apply', document)
}
