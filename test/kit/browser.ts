import { existsSync } from 'node:fs'
import axe, { type AxeResults, type RunOnly, type RunOptions } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'

const places = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** Keeps Chromium off the network: no name but the loopback's resolves, and it does nothing by itself. */
const alone = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
]

let launched: Promise<Browser> | undefined

const launch = (): Promise<Browser> => {
  const executablePath = places.find((place) => existsSync(place))
  if (!executablePath)
    throw new Error(`This test needs a browser, and there is none at ${places.join(' or ')}: apt-get install chromium-headless-shell`)
  return chromium.launch({ executablePath, args: alone })
}

export type Look = {
  readonly dark?: boolean
  /** In CSS pixels; 1440 is a desktop, 390 a phone. */
  readonly width?: number
  readonly locale?: string
  readonly javaScript?: boolean
}
export type Visit = {
  readonly page: Page
  /** What no page may do: violations of its CSP, errors and warnings on the console, uncaught errors, requests to foreign hosts. */
  readonly problems: readonly string[]
  close(): Promise<void>
}

const isForeign = ({ protocol, hostname }: URL): boolean =>
  protocol.startsWith('http') && !/^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)

/** A new page with cookies of its own, in the one browser that all tests of a process share. */
export const visit = async ({ dark = false, width = 1440, locale = 'en', javaScript = true }: Look = {}): Promise<Visit> => {
  const browser = await (launched ??= launch())
  const context = await browser.newContext({
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    viewport: { width, height: width < 600 ? 844 : 900 },
    locale,
    javaScriptEnabled: javaScript,
    serviceWorkers: 'block',
  })
  const problems: string[] = []
  await context.route(isForeign, (route) => {
    problems.push(`foreign request: ${route.request().url()}`)
    return route.abort()
  })
  const page = await context.newPage()
  // Chromium reports violations of the CSP on the console, also where pages run no script.
  page.on('console', (message) => {
    // A page that says what went wrong has the status of it, and Chromium says so, too.
    if (/^Failed to load resource: .* status of [45]\d\d /.test(message.text()) && message.location().url === page.url()) return
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`))
  return { page, problems, close: () => context.close() }
}

/** Ends the shared browser; call it after the last test of a file. */
export const closeBrowser = async (): Promise<void> => {
  const browser = await launched
  launched = undefined
  await browser?.close()
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Asks axe, which a page is given once for as long as it is the same document. In a frame without scripts axe would wait for ever, and there are no others. */
const told = async (page: Page, runOnly: RunOnly): Promise<readonly string[]> => {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source)
  const options: RunOptions = { runOnly, resultTypes: ['violations'], iframes: false }
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`)
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`),
  )
}

/** What axe finds against WCAG 2.2 AA and its own best practice, one line for each element. Costs seconds: once for each page and look. */
export const accessibilityProblems = (page: Page): Promise<readonly string[]> => told(page, { type: 'tag', values: rules })

/** The same, of what depends on colours alone: for the second look of a page. */
export const contrastProblems = (page: Page): Promise<readonly string[]> => told(page, { type: 'rule', values: ['color-contrast'] })
