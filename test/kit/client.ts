import { type Form, formsIn, linksIn, refreshIn, textIn, textOf } from './html.ts'

/** An answer with its body read. */
export type Page = {
  readonly status: number
  /** The address that was asked for. */
  readonly url: URL
  readonly headers: Headers
  readonly body: string
  /** What people read: of the whole page, of its first heading, of its alert. */
  readonly text: string
  readonly heading: string
  readonly alert: string
  readonly forms: readonly Form[]
  readonly links: Readonly<Record<string, string>>
  /** Where the answer leads: by its `Location`, or by itself after a form (`<meta http-equiv="refresh">`). */
  readonly to: URL | undefined
  json(): any
}

export type Ask = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as a form, a string or bytes as they are. */
  readonly body?: Readonly<Record<string, string>> | string | Uint8Array
  readonly json?: unknown
}

const alertIn = (body: string): string => textOf(/<div\b[^>]*\brole="alert"[^>]*>([\s\S]*?)<\/div>/i.exec(body)?.[1] ?? '')

/** A browser without JavaScript: keeps cookies, sends forms, follows redirects when told to. One origin only. */
export class Client {
  readonly origin: string
  readonly cookies = new Map<string, string>()
  readonly #headers: Readonly<Record<string, string>>
  /** `headers` go with every request, over `Accept: text/html` and `Accept-Language: en`. */
  constructor(origin: string, headers: Readonly<Record<string, string>> = {}) {
    this.origin = origin
    this.#headers = { accept: 'text/html,*/*;q=0.8', 'accept-language': 'en', ...headers }
  }

  /** One request; redirects are not followed. */
  async ask(address: string | URL, { method, headers, body, json }: Ask = {}): Promise<Page> {
    const url = new URL(address, this.origin)
    const sent = json === undefined ? body : JSON.stringify(json)
    const response = await fetch(url, {
      method: method ?? (sent === undefined ? 'GET' : 'POST'),
      redirect: 'manual',
      headers: {
        ...this.#headers,
        ...(this.cookies.size > 0 && { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && {
        body: typeof sent === 'string' ? sent : sent instanceof Uint8Array ? Buffer.from(sent) : new URLSearchParams(sent),
      }),
    })
    if (url.origin === this.origin) this.#keep(response.headers.getSetCookie())
    return pageOf(url, response, await response.text())
  }

  /** Opens an address and follows redirects within the origin, to the page, or to the answer that leads elsewhere. */
  async open(address: string | URL, wish?: Ask): Promise<Page> {
    return this.follow(await this.ask(address, wish))
  }

  /** Follows redirects from here on. */
  async follow(page: Page): Promise<Page> {
    let current = page
    for (let count = 0; current.to?.origin === this.origin; count += 1) {
      if (count > 20) throw new Error(`more than 20 redirects, the last one to ${current.to.href}`)
      current = await this.ask(current.to)
    }
    return current
  }

  /**
   * Sends the page's form and follows. Fields that are not named keep what the page says; the first button is pressed unless `button` says
   * which, by its text.
   */
  async submit(page: Page, answer: Readonly<Record<string, string>> = {}, button?: string): Promise<Page> {
    return this.follow(await this.send(page, answer, button))
  }

  /** Sends the page's form; redirects are not followed. */
  async send(page: Page, answer: Readonly<Record<string, string>> = {}, button?: string): Promise<Page> {
    const form = page.forms.find(({ method }) => method === 'post')
    if (!form) throw new Error(`there is no form to send at ${page.url.href} (${page.status}): ${page.text}`)
    for (const name of Object.keys(answer)) {
      if (!(name in form.fields) && !form.unticked.includes(name))
        throw new Error(`there is no field "${name}" at ${page.url.href}, only ${Object.keys(form.fields).join(', ')}`)
    }
    const pressed = button === undefined ? form.buttons[0] : form.buttons.find(({ text }) => text === button)
    if (button !== undefined && !pressed) throw new Error(`there is no button "${button}" at ${page.url.href}`)
    return this.ask(new URL(form.action, page.url), {
      body: { ...form.fields, ...answer, ...(pressed?.name !== undefined && { [pressed.name]: pressed.value }) },
      headers: { origin: this.origin, 'sec-fetch-site': 'same-origin' },
    })
  }

  #keep(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [, name = '', value = ''] = /^([^=;]*)=([^;]*)/.exec(cookie) ?? []
      if (/;\s*max-age=0\b/i.test(cookie) || /;\s*expires=[^;]*1970/i.test(cookie)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}

function pageOf(url: URL, { status, headers }: Response, body: string): Page {
  const to = headers.get('location') ?? refreshIn(body)
  return {
    status,
    url,
    headers,
    body,
    text: textOf(body),
    heading: textIn('h1', body),
    alert: alertIn(body),
    forms: formsIn(body),
    links: linksIn(body),
    to: to === undefined ? undefined : new URL(to, url),
    json: () => JSON.parse(body),
  }
}

/** Where a browser without scripts comes to that is signed in: who it is, what it can open, and the way out. */
export const landing = '/'

/** Whether the server takes the browser for somebody's. Redirects are not followed: who is nobody is sent to sign in. */
export async function isSignedIn(client: Client): Promise<boolean> {
  const { status, to } = await client.ask(landing)
  if (status === 200 && to === undefined) return true
  if (status === 303 && to?.pathname === '/if/flow/redirect/') return false
  throw new Error(`${landing} neither shows who is signed in nor leads to the sign-in: ${status} ${to?.href ?? ''}`)
}

export type Credentials = { readonly username: string; readonly password: string }

/**
 * Signs in by the pages that `start` leads to (an address, or a page that was opened already), and gives what came of it: the landing page,
 * a consent page, the answer to an application, or the page with the error.
 */
export async function signIn(
  client: Client,
  { username, password }: Credentials,
  start: string | URL | Page = '/if/flow/redirect/',
): Promise<Page> {
  let page = typeof start === 'string' || start instanceof URL ? await client.open(start) : start
  const asksFor = (name: string) => page.forms.some(({ method, fields }) => method === 'post' && name in fields)
  if (asksFor('identifier')) page = await client.submit(page, { identifier: username })
  if (asksFor('password')) page = await client.submit(page, { password })
  return page
}
