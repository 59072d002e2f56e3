// @ts-check
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The oldest Node that runs Sluice: TypeScript without a build step, and synchronous module hooks. */
const oldest = 24

/**
 * The Node program that runs Sluice: this one if it is new enough, else the one that `npm ci` installed.
 *
 * @param {string} root the directory of `package.json`
 * @param {{ version: string, execPath: string, platform: string, arch: string }} current
 * @returns {{ path: string } | { problem: string }}
 */
export function nodeFor(root, current = { ...process, version: process.versions.node }) {
  if (Number.parseInt(current.version, 10) >= oldest) return { path: current.execPath }
  const name = `node-${current.platform === 'win32' ? 'win' : current.platform}-${current.arch}`
  const path = join(root, 'node_modules', name, 'bin', current.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(path)) return { path }
  return {
    problem:
      `Sluice needs Node ${oldest} or newer; this is Node ${current.version}, and the npm package ${name}, which brings the right one, is not installed. ` +
      `Run \`npm ci --ignore-scripts --include=optional\`, or install Node ${oldest} (there is no such package for every platform).`,
  }
}
