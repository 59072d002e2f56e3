/** A request to another server, by http or https. */
export type HttpRequest = {
  readonly url: string
  /** Default: GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** How the message is sent (`host`, `content-length`, `user-agent` …) cannot be set. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as UTF-8. */
  readonly body?: string
  /** Seconds for all of it, from the lookup of the name to the last byte. Default: 10. */
  readonly timeout?: number
  /** The most bytes of the answer's body. Default: 1 MiB; more is an error. */
  readonly maxBytes?: number
  /** Gives the request up. */
  readonly signal?: AbortSignal
}

/** Any answer, whatever its status. Names of headers are in small letters; of several, the values are joined by commas. */
export type HttpAnswer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }

/**
 * Requests to other servers: to the public Internet, and to networks that the operator allowed by the option `outgoing_allow`. Certificates are
 * verified, redirects are not followed, no cookies are kept and no proxy is used. Throws an error to be shown to operators if there is no answer.
 */
export type Http = { request(request: HttpRequest): Promise<HttpAnswer> }
