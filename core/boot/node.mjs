// @ts-check
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** The oldest Node that runs Sluice: TypeScript without a build step, and synchronous module hooks. */
const oldest = 24

/** @param {{ platform: string, arch: string }} current */
const packageName = ({ platform, arch }) => `node-${platform === 'win32' ? 'win' : platform}-${arch}`

/**
 * The Node program that runs Sluice: this one if it is new enough, else the one that `npm ci` installed.
 *
 * @param {string} root the directory of `package.json`
 * @param {{ version: string, execPath: string, platform: string, arch: string }} current
 * @returns {{ path: string } | { problem: string }}
 */
export function nodeFor(root, current = { ...process, version: process.versions.node }) {
  if (Number.parseInt(current.version, 10) >= oldest) return { path: current.execPath }
  const name = packageName(current)
  const path = join(root, 'node_modules', name, 'bin', current.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(path)) return { path }
  return {
    problem:
      `Sluice needs Node ${oldest} or newer; this is Node ${current.version}, and the npm package ${name}, which brings the right one, is not installed. ` +
      `Run \`npm ci --ignore-scripts --include=optional\`, or install Node ${oldest} (there is no such package for every platform).`,
  }
}

/**
 * Puts the installed Node where npm scripts look first. npm 11 does so by itself, npm 10 does not for this package.
 *
 * @param {string} root the directory of `package.json`
 */
export function linkNode(root) {
  const link = join(root, 'node_modules/.bin/node')
  const target = join('..', packageName(process), 'bin/node')
  if (process.platform !== 'win32' && !existsSync(link) && existsSync(join(root, 'node_modules/.bin', target))) symlinkSync(target, link)
}
