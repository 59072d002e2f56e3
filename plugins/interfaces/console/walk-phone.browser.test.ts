// Every page of the console as on a phone, in German.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeBrowser } from '../../../test/kit/browser.ts'
import { consoleAreas, consolePlaces } from '../../../test/kit/walk/console.ts'
import { type House, openHouse } from '../../../test/kit/walk/house.ts'
import { walk } from '../../../test/kit/walk/walk.ts'

let house: House
before(async () => {
  house = await openHouse()
})
after(async () => {
  await closeBrowser()
  await house?.close()
})

for (const area of consoleAreas)
  test(`${area}, on a phone: accessible in dark and light, within the policy, and as wide as the window`, async () => {
    assert.deepEqual(await walk(house, 'console', consolePlaces(house)[area], { width: 390, dark: true, locale: 'de' }), [])
  })
