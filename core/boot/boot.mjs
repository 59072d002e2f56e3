#!/usr/bin/env node
// Plain JavaScript that also runs on Node 20 with nothing installed: it brings Node and packages in order, then starts the command line.
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { endLike, runChild } from './child.mjs'
import { ensureInstalled } from './install.mjs'
import { nodeFor } from './node.mjs'
import { registerResolver } from './resolve.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))

await ensureInstalled()
const node = nodeFor(root)
if ('problem' in node) {
  process.stderr.write(`${node.problem}\n`)
  process.exitCode = 1
} else if (node.path === process.execPath) {
  // By places within the checkout: one that was moved or copied with its packages has it, too.
  module.enableCompileCache({ directory: `${root}node_modules/.cache/v8`, portable: true })
  registerResolver()
  const { main } = await import('../cli/index.ts')
  process.exitCode = await main(process.argv.slice(2))
} else {
  endLike(await runChild(node.path, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' }))
}
