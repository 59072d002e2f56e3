// @ts-check
import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChild } from './child.mjs'
import { ensureBuilt } from './interfaces.mjs'
import { linkNode, nodeFor } from './node.mjs'
import { missingPackages } from './packages.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const npmCi = ['ci', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund', '--include=optional']

/** What npm says, and what to do about it. The first that fits is told. */
const advice = /** @type {const} */ ([
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|Exit handler never called/,
    'The npm registry cannot be reached. Connect this machine to the network, or set `registry` and `proxy` by `npm config`, and start again.',
  ],
  [
    /EUSAGE/,
    '`package-lock.json` does not fit `package.json`. Run `npm install --ignore-scripts` once, or undo the change of either file.',
  ],
  [/ENOSPC/, 'The disk is full. Make room (about 1 GB) and start again.'],
  [/EACCES|EPERM|EROFS/, `This user may not write to ${root}node_modules. Change the owner of the directory, or install as its owner.`],
])

/**
 * Installs the npm packages of `package-lock.json` where they are missing or differ; does nothing (in a few milliseconds) where they are in
 * step. Runs no package's scripts. Progress goes to standard error. Ends the process with code 1 where it fails.
 *
 * @param {{ dev?: boolean }} [options] `dev`: packages for development and tests are needed too
 */
export async function ensureInstalled({ dev = false } = {}) {
  if (missingPackages(root, { dev }).length === 0) return
  const problem = await install(dev ? [...npmCi, '--include=dev'] : npmCi)
  if (problem === undefined) return
  process.stderr.write(`\n${problem}\n`)
  process.exit(1)
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<string | undefined>} what went wrong
 */
async function install(args) {
  const started = Date.now()
  process.stderr.write(`Installing npm packages (npm ci --ignore-scripts) .`)
  const ticker = setInterval(() => process.stderr.write('.'), 2000)
  let output = ''
  try {
    const { code, signal } = await runNpm(args, (text) => {
      output += text
    })
    if (signal) return `The installation was interrupted by ${signal}. Start again to repeat it.`
    if (code !== 0) return failure(code, output)
    linkNode(root)
    process.stderr.write(` done in ${Math.ceil((Date.now() - started) / 1000)} s\n`)
    return undefined
  } catch (error) {
    return `npm cannot be started (${/** @type {Error} */ (error).message}). Install npm 10 or 11, e.g. \`apt install npm\` on Debian, and start again.`
  } finally {
    clearInterval(ticker)
  }
}

/**
 * The npm that started us, if one did, else the one on the path.
 *
 * @param {readonly string[]} args
 * @param {(text: string) => void} onOutput
 */
function runNpm(args, onOutput) {
  const npm = process.env['npm_execpath']
  /** @type {import('node:child_process').SpawnOptions & { onOutput: (text: string) => void }} */
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], onOutput }
  if (npm && basename(npm) === 'npm-cli.js') return runChild(process.execPath, [npm, ...args], options)
  return runChild('npm', args, { ...options, shell: process.platform === 'win32' })
}

/**
 * @param {number | null} code
 * @param {string} output
 */
function failure(code, output) {
  const lines = output.split('\n').filter((line) => /^npm (error|ERR!)(?! {2,}at )./.test(line) && !line.includes('complete log'))
  const known = advice.find(([sign]) => sign.test(lines.join('\n')))
  return [
    `The npm packages could not be installed: \`npm ci\` ended with code ${code}.`,
    ...lines.slice(0, 12),
    ...(known ? [known[1]] : []),
  ].join('\n')
}

/**
 * Installs packages and builds the interfaces, where they are missing or not in step with their sources. Ends the process with code 1 where it
 * fails.
 *
 * @param {{ dev?: boolean }} [options] `dev`: packages for development and tests are needed too
 */
export async function ensureReady(options) {
  await ensureInstalled(options)
  const node = nodeFor(root)
  const problem = 'problem' in node ? node.problem : await ensureBuilt(root, node.path)
  if (problem === undefined) return
  process.stderr.write(`${problem}\n`)
  process.exit(1)
}

// As a program: `node core/boot/install.mjs [--dev]`
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await ensureReady({ dev: process.argv.includes('--dev') })
}
