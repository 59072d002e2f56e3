import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Signals } from '../../core/signals/signals.ts'

type Made = { readonly here: Signals; readonly there: Signals; close(): Promise<void> }

/** Waits up to 3 s until it holds. */
const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 300, 'it did not come')
    await sleep(10)
  }
}

/** What every implementation keeps to. `here` and `there` are two replicas, or the same one where there can be no other. */
export const signalsContract = (name: string, make: () => Promise<Made>): void => {
  describe(`signals: ${name}`, () => {
    let made: Made
    before(async () => {
      made = await make()
    })
    after(() => made.close())

    test('come to every subscription of their topic, here and there, once and in order', async () => {
      const heard: string[] = []
      const ends = [
        made.here.subscribe('a', (text) => void heard.push(`here ${text}`)),
        made.there.subscribe('a', (text) => void heard.push(`there ${text}`)),
        made.there.subscribe('b', (text) => void heard.push(`other ${text}`)),
      ]
      const texts = ['1', '', 'ä"\n😀']
      for (const text of texts) made.here.publish('a', text)
      await until(() => heard.length >= 2 * texts.length)
      await sleep(50)
      for (const who of ['here', 'there'])
        assert.deepEqual(
          heard.filter((one) => one.startsWith(who)),
          texts.map((text) => `${who} ${text}`),
        )
      assert.equal(heard.length, 2 * texts.length)
      for (const end of ends) end()
    })

    test('come no more after a subscription ended, and a handler that throws disturbs no other', async () => {
      const heard: string[] = []
      made.there.subscribe('c', () => {
        throw new Error('of the test')
      })
      made.there.subscribe('c', (text) => void heard.push(text))
      const end = made.there.subscribe('c', () => void heard.push('ended'))
      end()
      made.here.publish('c', 'x')
      await until(() => heard.length > 0)
      assert.deepEqual(heard, ['x'])
    })

    test('are not heard while publish runs', async () => {
      let isInside = false
      let heard = 0
      made.here.subscribe('d', () => {
        assert.equal(isInside, false)
        heard++
      })
      isInside = true
      made.here.publish('d', '')
      isInside = false
      await until(() => heard === 1)
    })
  })
}
