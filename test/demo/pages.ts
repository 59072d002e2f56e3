import { html, type Html } from '../../core/web/html.ts'

/** What the application knows of somebody who signed in. Tokens as they came. */
export type SignedIn = {
  readonly subject: string
  readonly idToken: string
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** How often the tokens were refreshed. */
  readonly refreshed: number
  readonly userinfo: Readonly<Record<string, unknown>>
}

const page = (title: string, main: Html): string =>
  String(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>${title} · Demo application</title>
          <link rel="stylesheet" href="/style.css" />
          <link rel="icon" href="data:," />
        </head>
        <body>
          <header><span class="mark" aria-hidden="true">D</span> Demo application</header>
          <main>${main}</main>
        </body>
      </html>`,
  )

export const welcomePage = (issuer: URL): string =>
  page(
    'Welcome',
    html`<h1>Welcome</h1>
      <p>This application knows nobody. It asks Sluice who you are, by OpenID Connect.</p>
      <p class="actions">
        <a class="button primary" href="/sign-in">Sign in</a>
        <a class="button" href="/sign-in?prompt=login">Sign in, and prove it (prompt=login)</a>
        <a class="button" href="/sign-in?prompt=none">Ask silently (prompt=none)</a>
      </p>
      <dl>
        <dt>Issuer</dt>
        <dd><a href="${issuer}">${issuer.href}</a></dd>
      </dl>`,
  )

const valueOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const claimsTable = (claims: Readonly<Record<string, unknown>>): Html =>
  html`<dl>
    ${Object.entries(claims).map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${valueOf(value)}</dd>`,
    )}
  </dl>`

const decoded = (part: string | undefined): string =>
  JSON.stringify(JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8')), null, 2)

/** Header and payload of a JWT (RFC 7519). They are shown, not trusted: openid-client has verified the ID token. */
const token = (name: string, jwt: string): Html => {
  const [header, payload] = jwt.split('.')
  return html`<details>
    <summary>${name}</summary>
    <h3>Header</h3>
    <pre>${decoded(header)}</pre>
    <h3>Payload</h3>
    <pre>${decoded(payload)}</pre>
  </details>`
}

const form = (action: string, label: string, primary = false): Html =>
  html`<form method="post" action="${action}"><button class="${primary ? 'button primary' : 'button'}">${label}</button></form>`

export const signedInPage = ({ userinfo, idToken, accessToken, refreshToken, refreshed }: SignedIn): string =>
  page(
    'Signed in',
    html`<h1>Hello, ${valueOf(userinfo['name'] ?? userinfo['preferred_username'] ?? userinfo['sub'])}</h1>
      <div class="actions">
        ${refreshToken !== undefined && form('/refresh', 'Refresh the tokens', true)} ${form('/sign-out', 'Sign out')}
        ${form('/forget', 'Sign out of this application only')}
      </div>
      ${refreshed > 0 && html`<p role="status">Refreshed ${refreshed === 1 ? 'once' : `${refreshed} times`}.</p>`}
      <h2>What Sluice says about you</h2>
      ${claimsTable(userinfo)}
      <h2>Tokens</h2>
      ${token('ID token', idToken)} ${token('Access token', accessToken)}
      ${
        refreshToken !== undefined &&
        html`<details>
          <summary>Refresh token</summary>
          <p>Means nothing to the application, and changes at every use:</p>
          <pre>${refreshToken}</pre>
        </details>`
      }
      <p class="actions"><a href="/sign-in">Sign in again</a> <a href="/sign-in?prompt=login">Sign in again with prompt=login</a></p>`,
  )

export const problemPage = (text: string): string =>
  page(
    'That did not work',
    html`<h1>That did not work</h1>
      <p role="alert">${text}</p>
      <p class="actions"><a class="button primary" href="/">Back to the first page</a></p>`,
  )
