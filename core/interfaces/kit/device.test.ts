import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceOf } from './device.ts'

test('browsers and systems are called as people call them', () => {
  const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36'
  const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1'
  assert.deepEqual(deviceOf(chrome), { browser: 'Chrome 150', system: 'Windows', isMobile: false })
  assert.deepEqual(deviceOf(`${chrome} Edg/150.0`), { browser: 'Edge 150', system: 'Windows', isMobile: false })
  assert.deepEqual(deviceOf(safari), { browser: 'Safari 19', system: 'iPhone', isMobile: true })
  assert.deepEqual(deviceOf('<script>'), { isMobile: false })
})
