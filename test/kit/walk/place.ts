import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page, Request } from 'playwright-core'
import { projectFiles } from '../../files.mjs'
import type { Look } from '../browser.ts'
import type { House } from './house.ts'

const root = join(import.meta.dirname, '../../..')

/** What an interface says in the language of a look. */
export type Say = (key: string) => string
export type Interface = 'console' | 'portal'
export const bases: Readonly<Record<Interface, string>> = { console: '/if/admin', portal: '/if/user' }

/** A page of an interface, perhaps with something opened on it. */
export type Place = {
  readonly name: string
  readonly path: string
  /** What is opened or done there, after the page has come. */
  readonly reach?: (page: Page, say: Say) => Promise<unknown>
  /** It is there on phones alone. */
  readonly onPhone?: true
  /** Answers of the server that belong to it, and that the browser tells of. */
  readonly told?: RegExp
}

/** The texts of an interface and of the kit. */
export const sayIn = (name: Interface, { locale = 'en' }: Look): Say => {
  const folders = ['core/interfaces/kit', `plugins/interfaces/${name}/src`]
  const texts: Record<string, string> = Object.assign(
    {},
    ...folders
      .flatMap((folder) => projectFiles(root, folder))
      .filter((file) => file.endsWith(`/${locale}.json`) && !file.includes('labels'))
      .map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as object),
  )
  return (key) => {
    const text = texts[key]
    if (text === undefined) throw new Error(`there is no text "${key}" in ${locale}`)
    return text
  }
}

/** Requests of pages that are not answered yet. */
const asking = new WeakMap<Page, Set<Request>>()
const watchRequests = (page: Page): void => {
  const open = new Set<Request>()
  asking.set(page, open)
  page.on('request', (request) => open.add(request))
  page.on('requestfinished', (request) => open.delete(request))
  page.on('requestfailed', (request) => open.delete(request))
}

/** Signs somebody in, in a fresh browser. */
export const enter = async (page: Page, { url, password }: House, username = 'ada'): Promise<void> => {
  watchRequests(page)
  await page.goto(url)
  await page.locator('[name=identifier]').fill(username)
  await page.keyboard.press('Enter')
  await page.locator('[name=password]').fill(password)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/if/user/**')
}

/** Nothing is loading any more, and nothing is where something will be. */
const settled = async (page: Page): Promise<void> => {
  await page.locator('h1').first().waitFor()
  const open = asking.get(page)
  // One answer can be what the next question waits for.
  for (let quiet = 0; quiet < 4; quiet = open?.size === 0 ? quiet + 1 : 0) await new Promise((resolve) => setTimeout(resolve, 30))
  await page.locator('#content .animate-pulse').first().waitFor({ state: 'detached' })
}

// In the page, which has the router.
const router = "document.querySelector('#app')?.__vue_app__.config.globalProperties.$router"

/**
 * Goes to a place, by whoever is signed in. Within an interface it goes as its links do; from where something was opened or begun, it goes there
 * anew.
 */
export const goTo = async (
  page: Page,
  { url }: House,
  from: Interface,
  { path, reach }: Place,
  say: Say,
  before?: Place,
): Promise<void> => {
  const isLink = before !== undefined && before.reach === undefined && before.path !== path
  if (isLink) await page.evaluate(`${router}.push(${JSON.stringify(path)}).then(() => {})`)
  else await page.goto(`${url}${bases[from]}${path}`)
  await settled(page)
  if (!reach) return
  await reach(page, say)
  await settled(page)
}
