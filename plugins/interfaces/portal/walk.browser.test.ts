import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeBrowser } from '../../../test/kit/browser.ts'
import { type House, openHouse } from '../../../test/kit/walk/house.ts'
import { portalPlaces } from '../../../test/kit/walk/portal.ts'
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

test('every page of the portal is visited', async () => {
  assert.deepEqual(await unvisited(house, 'portal', portalPlaces), [])
})

for (const look of [
  { width: 1440, locale: 'de' },
  { width: 390, dark: true, locale: 'en' },
])
  test(`${look.width} px: accessible in light and dark, within the policy, and as wide as the window`, async () => {
    assert.deepEqual(await walk(house, 'portal', portalPlaces, look), [])
  })
