// @ts-check
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from '../core/boot/child.mjs'

/**
 * Runs the files of one kind by node:test and prints what failed.
 *
 * @param {{ node: string, root: string, kind: import('./tiers.mjs').Kind, files: readonly string[] }} what
 * @returns {Promise<{ passed: number, failed: number }>} a run that cannot be counted is one failure, and so is each skipped test
 */
export async function runKind({ node, root, kind, files }) {
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
  process.stdout.write(`\n${kind.name}: ${files.length} ${files.length === 1 ? 'file' : 'files'}\n`)
  const started = Date.now()
  try {
    const end = await runChild(node, args, {
      cwd: root,
      env: environment(root),
      stdio: ['ignore', 'inherit', 'inherit'],
      deadline: kind.deadline * 60_000,
    })
    const { passed, failed } = count(totals, end.code)
    const late = end.late ? `; not finished after ${kind.deadline} minutes: a test hangs or leaves a handle open` : ''
    process.stdout.write(`${kind.name}: ${passed} passed, ${failed} failed, ${((Date.now() - started) / 1000).toFixed(1)} s${late}\n`)
    return { passed, failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} file
 * @param {number | null} code
 */
function count(file, code) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (text === '') return { passed: 0, failed: 1 }
  const { passed, failed, cancelled, skipped, todo } = JSON.parse(text)
  if (skipped + todo > 0)
    process.stdout.write(`${skipped + todo} tests are skipped or to do: a test runs, or is left out by its file's name\n`)
  const bad = failed + cancelled + skipped + todo
  return { passed, failed: bad === 0 && code !== 0 ? 1 : bad }
}

/**
 * The tests' environment: the caller's own without what would set Sluice up, or make node:test believe to be started by itself.
 *
 * @param {string} root
 */
function environment(root) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_') && name !== 'NODE_TEST_CONTEXT')
  return { ...Object.fromEntries(kept), NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/v8') }
}
