// @ts-check
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from '../core/boot/child.mjs'

/**
 * Runs the files of one kind by node:test and prints what failed.
 *
 * @param {{ node: string, root: string, kind: import('./tiers.mjs').Kind, files: readonly string[], held?: boolean, on?: { name: string, environment: Readonly<Record<string, string>> } }} what `held`: what it
 *   prints comes at the end, not between the lines of what runs at the same time; `on`: the stores that the tests use, if not SQLite
 * @returns {Promise<{ passed: number, failed: number }>} a run that cannot be counted is one failure, and so is each skipped test
 */
export async function runKind({ node, root, kind, files, held = false, on }) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  const totals = join(folder, 'totals.json')
  const args = [
    '--test',
    kind.one ? '--test-isolation=none' : `--test-concurrency=${kind.parallel}`,
    `--test-timeout=${kind.timeout * 1000}`,
    '--test-reporter=./test/reporter.mjs',
    '--test-reporter-destination=stdout',
    '--test-reporter=./test/totals.mjs',
    `--test-reporter-destination=${totals}`,
    ...files,
  ]
  let said = ''
  /** @param {string} text */
  const print = (text) => {
    if (held) said += text
    else process.stdout.write(text)
  }
  const name = on ? `${kind.name} on ${on.name}` : kind.name
  print(`\n${name}: ${files.length} ${files.length === 1 ? 'file' : 'files'}\n`)
  const started = Date.now()
  try {
    const end = await runChild(node, args, {
      cwd: root,
      env: { ...environment(root), ...on?.environment },
      stdio: held ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      onOutput: print,
      deadline: kind.deadline * 60_000,
    })
    const { passed, failed } = count(totals, end.code, print)
    const late = end.late ? `; not finished after ${kind.deadline} minutes: a test hangs or leaves a handle open` : ''
    print(`${name}: ${passed} passed, ${failed} failed, ${((Date.now() - started) / 1000).toFixed(1)} s${late}\n`)
    return { passed, failed }
  } finally {
    process.stdout.write(said)
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} file
 * @param {number | null} code
 * @param {(text: string) => void} print
 */
function count(file, code, print) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (text === '') return { passed: 0, failed: 1 }
  const { passed, failed, cancelled, skipped, todo } = JSON.parse(text)
  if (skipped + todo > 0) print(`${skipped + todo} tests are skipped or to do: a test runs, or is left out by its file's name\n`)
  const bad = failed + cancelled + skipped + todo
  return { passed, failed: bad === 0 && code !== 0 ? 1 : bad }
}

/**
 * The tests' environment: the caller's own without what would set Sluice up, or make node:test believe to be started by itself.
 *
 * @param {string} root
 */
function environment(root) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('SLUICE_') && name !== 'NODE_TEST_CONTEXT' && !['TEST_DATABASE', 'TEST_REDIS'].includes(name),
  )
  // The same as a server of this checkout uses.
  return { ...Object.fromEntries(kept), NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/v8'), NODE_COMPILE_CACHE_PORTABLE: '1' }
}
