// Every page of the console as on a desktop; `walk-phone.browser.test.ts` has them as on a phone, at the same time.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeBrowser } from '../../../test/kit/browser.ts'
import { consoleAreas, consolePlaces } from '../../../test/kit/walk/console.ts'
import { type House, openHouse } from '../../../test/kit/walk/house.ts'
import { unvisited } from '../../../test/kit/walk/unvisited.ts'
import { walk } from '../../../test/kit/walk/walk.ts'

let house: House
before(async () => {
  house = await openHouse()
})
after(async () => {
  await closeBrowser()
  await house?.close()
})

test('every page of the console is visited', async () => {
  assert.deepEqual(await unvisited(house, 'console', Object.values(consolePlaces(house)).flat()), [])
})

for (const area of consoleAreas)
  test(`${area}: accessible in light and dark, within the policy, and as wide as the window`, async () => {
    assert.deepEqual(await walk(house, 'console', consolePlaces(house)[area], { width: 1440, locale: 'en' }), [])
  })
