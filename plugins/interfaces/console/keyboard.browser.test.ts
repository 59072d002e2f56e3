// The console by the keyboard alone: nothing here clicks, fills or focuses.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { closeBrowser, visit } from '../../../test/kit/browser.ts'
import { enter } from '../../../test/kit/walk/place.ts'
import { type House, openHouse } from '../../../test/kit/walk/house.ts'

let house: House
before(async () => {
  house = await openHouse()
})
after(async () => {
  await closeBrowser()
  await house?.close()
})

/** What has the focus: its role and name, and whether it can be told from what has not. */
const focused = `(() => {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  // Entries of the navigation are marked by what stands before them, fields that hold several things by their frame.
  const marked = [getComputedStyle(element), getComputedStyle(element, '::before'), getComputedStyle(element.parentElement ?? element)].some(
    ({ outlineStyle, outlineWidth, boxShadow }) => (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none',
  )
  const box = element.getBoundingClientRect()
  const labels = [...(element.labels ?? [])].map((label) => label.textContent).join(' ')
  const name = element.getAttribute('aria-label') ?? (labels || element.textContent)
  return { name: name.trim().replaceAll(/\\s+/g, ' '), isMarked: marked && box.width > 0 && box.height > 0 }
})()`
type Focus = { readonly name: string; readonly isMarked: boolean }
const focusOf = async (page: Page): Promise<Focus> => (await page.evaluate(focused)) as Focus

/** Tab, until something of this name has the focus, as it may have from the start; the focus has to be seen on the way. */
const tabTo = async (page: Page, name: string | RegExp, key = 'Tab'): Promise<void> => {
  const met: string[] = []
  for (let count = 0; count < 80; count++) {
    const focus = await focusOf(page)
    met.push(focus.name)
    if (typeof name === 'string' ? focus.name === name : name.test(focus.name)) {
      assert.ok(focus.isMarked, `the focus is not seen on "${focus.name}"`)
      return
    }
    if (count > 0) assert.ok(focus.isMarked, `the focus is not seen on the last of: ${met.join(' | ').slice(0, 500)}`)
    await page.keyboard.press(key)
  }
  assert.fail(`Tab does not come to ${String(name)}: ${met.join(' | ')}`)
}
const type = (page: Page, text: string) => page.keyboard.type(text)
const press = (page: Page, ...keys: readonly string[]) =>
  keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve())
/** What was typed is found, and nothing else is offered any more. */
const found = async (page: Page, name: string) => {
  await page.getByRole('option', { name }).waitFor()
  await page.getByRole('option').nth(1).waitFor({ state: 'detached' })
  await page.getByRole('option', { name }).waitFor()
}
/** To the next one of several, which is chosen then, with the key held until it is. */
const down = async (page: Page, name: RegExp) => {
  await page.keyboard.down('ArrowDown')
  await page.getByRole('radio', { name, checked: true }).waitFor()
  await page.keyboard.up('ArrowDown')
}
/** The page has come, and its heading has the focus. */
const arrived = (page: Page, heading: string | RegExp) => page.getByRole('heading', { level: 1, name: heading }).waitFor()

const byKeyboard = async (see: (page: Page) => Promise<void>) => {
  const { page, problems, close } = await visit()
  page.setDefaultTimeout(10_000)
  try {
    await enter(page, house)
    await page.goto(`${house.url}/if/admin/`)
    await arrived(page, 'Dashboard')
    await see(page)
    assert.deepEqual(problems, [])
  } finally {
    await close()
  }
}

test('past the navigation, to a new user, and it is made', () =>
  byKeyboard(async (page) => {
    await tabTo(page, 'Skip to content')
    await press(page, 'Enter')
    assert.equal((await focusOf(page)).name, 'Dashboard')
    await tabTo(page, 'Users', 'Shift+Tab')
    await press(page, 'Enter')
    await arrived(page, 'Users')
    await tabTo(page, 'New user')
    await press(page, 'Enter')
    await arrived(page, 'New user')
    await tabTo(page, /^User name/)
    await type(page, 'dorothy')
    await tabTo(page, /^Name/)
    await type(page, 'Dorothy Vaughan')
    await tabTo(page, /^Groups/)
    await type(page, 'finance')
    await found(page, 'Finance')
    await press(page, 'ArrowDown', 'Enter', 'Escape')
    await tabTo(page, /^By a recovery link/)
    await down(page, /^With a password that is made up/)
    await down(page, /^With a password that you set/)
    await down(page, /^Not yet/)
    await tabTo(page, 'Create')
    await press(page, 'Enter')
    await page.getByText('Dorothy Vaughan was created').first().waitFor()
    const { items } = await house.api.must('GET', '/users?username=dorothy')
    assert.deepEqual([items[0].name, items[0].groups], ['Dorothy Vaughan', ['finance']])
  }))

test('to a page and to a thing by the palette, which gives the focus back where nothing is chosen', () =>
  byKeyboard(async (page) => {
    await tabTo(page, 'Providers')
    await press(page, 'Control+k')
    await page.getByRole('dialog').waitFor()
    await press(page, 'Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal((await focusOf(page)).name, 'Providers')
    await press(page, 'Control+k')
    await page.getByRole('dialog').waitFor()
    await type(page, 'ledger')
    await page.getByRole('option', { name: /The Ledger/ }).waitFor()
    await press(page, 'Enter')
    await arrived(page, 'The Ledger')
    assert.equal((await focusOf(page)).name, 'The Ledger')
    await press(page, 'g', 'e')
    await arrived(page, 'Events')
  }))

test('an application is connected', () =>
  byKeyboard(async (page) => {
    await tabTo(page, 'Applications')
    await press(page, 'Enter')
    await arrived(page, 'Applications')
    await tabTo(page, 'Connect an application')
    await press(page, 'Enter')
    await arrived(page, 'Connect an application')
    await tabTo(page, /^Name of the application/)
    await type(page, 'Payroll')
    await press(page, 'Enter')
    await page.getByRole('heading', { name: 'Protocol' }).waitFor()
    await tabTo(page, /Continue/)
    await press(page, 'Enter')
    await page.getByRole('heading', { name: 'Addresses' }).waitFor()
    await tabTo(page, 'Redirect URIs 1')
    await type(page, 'https://payroll.example.com/callback')
    await tabTo(page, /Continue/)
    await press(page, 'Enter')
    await page.getByRole('heading', { name: 'Access' }).waitFor()
    await tabTo(page, /^Everybody/)
    await down(page, /^Any of these/)
    await tabTo(page, 'Rule 1: Group')
    await type(page, 'finance')
    await found(page, 'Finance')
    await press(page, 'ArrowDown', 'Enter')
    await tabTo(page, /Create$/)
    await press(page, 'Enter')
    await page.getByText('Payroll is connected').waitFor()
    await page.getByRole('button', { name: /^Copy/ }).first().waitFor()
    await tabTo(page, /^Copy/)
    assert.deepEqual((await house.api.must('GET', '/applications/payroll')).spec.access, [{ group: 'finance' }])
  }))

test('a question is answered with Escape, which gives the focus back, and with what it asks for', () =>
  byKeyboard(async (page) => {
    await press(page, 'Control+k')
    await page.getByRole('dialog').waitFor()
    await type(page, 'photo')
    await page.getByRole('option', { name: /Photo archive/ }).waitFor()
    await press(page, 'Enter')
    await arrived(page, 'Photo archive')
    const ask = async () => {
      await press(page, 'Enter')
      await page.getByRole('menuitem', { name: 'Delete' }).waitFor()
      await press(page, 'End', 'Enter')
      await page.getByRole('dialog', { name: 'Delete Photo archive?' }).waitFor()
    }
    await tabTo(page, 'Actions')
    await ask()
    await press(page, 'Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal((await focusOf(page)).name, 'Actions')
    assert.equal((await house.api('GET', '/applications/unused')).status, 200)
    await ask()
    await type(page, 'unused')
    await tabTo(page, 'Delete')
    await press(page, 'Enter')
    await arrived(page, 'Applications')
    assert.equal((await house.api('GET', '/applications/unused')).status, 404)
  }))
