import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { accessibilityProblems, closeBrowser, type Look, visit } from '../kit/browser.ts'
import { stationNames, stations } from './stations.ts'

let reached: Awaited<ReturnType<typeof stations>>
before(async () => {
  reached = await stations()
})
after(async () => {
  await closeBrowser()
  await reached?.close()
})

const looks: readonly Look[] = [{ width: 1440 }, { width: 390, dark: true, locale: 'de' }]
for (const look of looks) {
  const { width, dark, locale = 'en' } = look
  describe(`${width} px, ${dark ? 'dark' : 'light'}, ${locale}`, () => {
    for (const name of stationNames) {
      test(`${name}: accessible, within its policy, and as wide as the window`, async () => {
        const { page, problems, close } = await visit(look)
        try {
          const statuses: number[] = []
          page.on('response', (response) => {
            if (response.request().isNavigationRequest()) statuses.push(response.status())
          })
          const { reach, status } = reached.all[name]
          await reach(page)
          assert.equal(statuses.at(-1), status)
          assert.equal(await page.locator('html').getAttribute('lang'), locale)
          assert.equal(await page.locator('h1').count(), 1)
          assert.deepEqual(await accessibilityProblems(page), [])
          const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))
          assert.ok(overflow <= 0, `${overflow} px too wide`)
          assert.deepEqual(problems, [])
        } finally {
          await close()
        }
      })
    }
  })
}
