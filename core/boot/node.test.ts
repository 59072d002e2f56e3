import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeFor } from './node.mjs'

const root = join(import.meta.dirname, '../..')

test('a Node that is new enough runs Sluice itself', () => {
  assert.deepEqual(nodeFor(root, { version: '24.0.0', execPath: '/bin/node', platform: 'linux', arch: 'x64' }), { path: '/bin/node' })
})

test('an older one hands over to the Node that npm installed', () => {
  const { platform, arch } = process
  const found = nodeFor(root, { version: '20.20.2', execPath: '/bin/node', platform, arch })
  assert.deepEqual(found, { path: join(root, 'node_modules', `node-${platform}-${arch}`, 'bin/node') })
})

test('where there is none, it says which package is missing and what to do', () => {
  const found = nodeFor(root, { version: '20.20.2', execPath: '/bin/node', platform: 'plan9', arch: 'mips' })
  assert.ok('problem' in found)
  assert.match(found.problem, /this is Node 20\.20\.2.+node-plan9-mips.+npm ci --ignore-scripts/)
})
