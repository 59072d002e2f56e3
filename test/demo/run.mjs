// @ts-check
// Plain JavaScript that also runs on Node 20 with nothing installed: it brings Node and packages in order, then starts the demo.
import { fileURLToPath } from 'node:url'
import { endLike, runChild } from '../../core/boot/child.mjs'
import { ensureInstalled } from '../../core/boot/install.mjs'
import { nodeFor } from '../../core/boot/node.mjs'

await ensureInstalled({ dev: true })
const node = nodeFor(fileURLToPath(new URL('../../', import.meta.url)))
if ('problem' in node) {
  process.stderr.write(`${node.problem}\n`)
  process.exitCode = 1
} else {
  const demo = fileURLToPath(new URL('main.ts', import.meta.url))
  endLike(await runChild(node.path, [demo, ...process.argv.slice(2)], { stdio: 'inherit' }))
}
