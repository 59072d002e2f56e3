import type { Page } from 'playwright-core'

/** How people find a control: its role and its name, after the menu that it stands in, e.g. `Actions for ada › menuitem "Delete"`. */
export type Control = string
/** All controls of a page; `false`: it is there and cannot be used. */
export type Controls = ReadonlyMap<Control, boolean>

const quiet = 3
const limit = 15_000

/** In the page: whether it has a heading, and shows and awaits nothing that is still to come. */
const isSettled = `!!document.querySelector('main h1, main [role=alert]') && !document.querySelector('main .animate-pulse, main [aria-busy=true]')`

/** Waits for a page of an interface until nothing more comes by itself. Call it before the page asks for anything. */
export const settling = (page: Page): (() => Promise<void>) => {
  let open = 0
  page.on('request', () => (open += 1))
  page.on('requestfinished', () => (open -= 1))
  page.on('requestfailed', () => (open -= 1))
  return async () => {
    const until = Date.now() + limit
    for (let rounds = 0; rounds < quiet;) {
      if (Date.now() > until) throw new Error(`${page.url()} does not come to rest; ${open} requests are open`)
      await page.waitForTimeout(15)
      rounds = open === 0 && (await page.evaluate(isSettled)) ? rounds + 1 : 0
    }
  }
}

/** In the page: role, name and usability of everything within `main` that can be pressed, chosen or filled. Shadow roots are looked into. */
const reading = `(() => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])])
  const roles = { A: 'link', BUTTON: 'button', TEXTAREA: 'textbox', SELECT: 'combobox' }
  const inputs = { checkbox: 'checkbox', radio: 'radio', number: 'spinbutton', file: 'file' }
  const roleOf = (one) => one.getAttribute('role') ??
    (one.tagName === 'INPUT' ? inputs[one.type] ?? 'textbox' : one.isContentEditable && one.getAttribute('contenteditable') ? 'textbox' : roles[one.tagName])
  const known = /^(link|button|textbox|combobox|checkbox|radio|switch|spinbutton|file|menuitem|menuitemcheckbox|tab)$/
  const textOf = (one) => (one?.innerText ?? one?.textContent ?? '').replaceAll(/\\s+/g, ' ').trim()
  const nameOf = (one) => one.getAttribute('aria-label') ||
    (one.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => textOf(document.getElementById(id))).join(' ').trim() ||
    [...(one.labels ?? [])].map(textOf).join(' ') || textOf(one) || one.title || one.placeholder || ''
  const withoutCount = (name) => name.replace(/ \\d+$/, '')
  const isUsable = (one) => !one.disabled && !one.readOnly && one.getAttribute('aria-disabled') !== 'true' &&
    one.getAttribute('aria-readonly') !== 'true' && one.getAttribute('data-disabled') === null
  return all(document.querySelector('main'))
    .filter((one) => known.test(roleOf(one) ?? '') && one.checkVisibility() && !(one.tagName === 'A' && !one.href))
    .filter((one) => !(one.closest('[aria-hidden=true]') && one.type !== 'file'))
    .map((one) => [roleOf(one) + ' "' + withoutCount(nameOf(one)) + '"', isUsable(one)])
})()`
/** In the page: opens the folded parts of forms; what opens above the page is none. */
const unfolding = `[...document.querySelectorAll('main button[aria-expanded=false]:not([aria-haspopup], [role=combobox])')]
  .filter((one) => one.checkVisibility()).forEach((one) => one.click())`
const menuReading = `[...document.querySelectorAll('[role=menu] [role^=menuitem]')]
  .map((one) => ['menuitem "' + one.innerText.trim() + '"', one.getAttribute('aria-disabled') !== 'true'])`

type Read = readonly (readonly [Control, boolean])[]

/** Everything on a page that can be used, with what its menus and its parts within the page hold. */
export const controlsOf = async (page: Page, settle: () => Promise<void>): Promise<Controls> => {
  const found = new Map<Control, boolean>()
  const add = (read: Read, before = '') => {
    for (const [control, isUsable] of read) found.set(before + control, isUsable || found.get(before + control) === true)
  }
  const main = page.locator('main')
  const look = async (): Promise<void> => {
    await page.evaluate(unfolding)
    await settle()
    add((await page.evaluate(reading)) as Read)
  }
  await look()
  for (const menu of await main.locator('button[aria-haspopup=menu]:visible').all()) {
    const name = (await menu.getAttribute('aria-label')) ?? (await menu.innerText()).trim()
    await menu.press('Enter')
    await page.getByRole('menu').waitFor()
    add((await page.evaluate(menuReading)) as Read, `${name} › `)
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
  }
  const step = main.locator('[data-step]').first()
  if ((await step.count()) > 0) await step.click()
  for (const tab of await main.locator('[role=tab]:visible').all()) {
    await tab.click()
    await look()
  }
  // What only opens a menu is what stands in it.
  for (const control of found.keys())
    if ([...found.keys()].some((other) => `button "${other.split(' › ')[0]}"` === control)) found.delete(control)
  return found
}
