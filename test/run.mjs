// @ts-check
// Plain JavaScript that also runs on Node 20 with nothing installed: `node test/run.mjs [quick|default|all|long] [--install] [--rest] [PATH…]`.
// `--install` installs missing Debian packages (so does CI=true), `--rest` leaves out what `npm test` runs, PATHs pick files by parts of their path.
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureInstalled, ensureReady } from '../core/boot/install.mjs'
import { nodeFor } from '../core/boot/node.mjs'
import { projectFiles } from './files.mjs'
import { installPackages, missingPackages } from './kit/debian.mjs'
import { runKind } from './run-kind.mjs'
import { isRunOn, otherStores, startStores, storePackages } from './stores.mjs'
import { kindOf, kinds, tiers } from './tiers.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))

/** @typedef {import('./tiers.mjs').Kind} Kind */
/** @typedef {{ kind: Kind, files: string[] }} Group */

try {
  await run(readArguments())
} catch (error) {
  process.stderr.write(`${/** @type {Error} */ (error).message}\n`)
  process.stdout.write('0 passed, 1 failed\n')
  process.exitCode = 1
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { install: { type: 'boolean', default: process.env['CI'] === 'true' }, rest: { type: 'boolean', default: false } },
  })
  const named = positionals[0] !== undefined && positionals[0] in tiers
  const tier = /** @type {import('./tiers.mjs').Tier} */ (named ? positionals[0] : 'default')
  return { ...values, tier, paths: named ? positionals.slice(1) : positionals }
}

/** @param {ReturnType<typeof readArguments>} wish */
async function run({ tier, install, rest, paths }) {
  // Quick tests open no page.
  await (tier === 'quick' ? ensureInstalled({ dev: true }) : ensureReady({ dev: true }))
  const node = nodeFor(root)
  if ('problem' in node) throw new Error(node.problem)

  const all = groups(paths)
  const wanted = /** @type {readonly string[]} */ (tiers[tier]).filter((name) => !rest || !tiers.default.some((other) => other === name))
  const chosen = all.filter(({ kind }) => wanted.includes(kind.name))
  if (paths.length > 0 && chosen.length === 0) throw new Error(`no test file of this tier has ${paths.join(' or ')} in its path`)
  provideDebian(chosen, tier, install)

  const sum = { passed: 0, failed: 0 }
  for (const together of turns(chosen)) {
    const ends = await Promise.all(
      together.map(({ kind, files }, index) => runKind({ node: node.path, root, kind, files, held: index > 0 })),
    )
    for (const { passed, failed } of ends) {
      sum.passed += passed
      sum.failed += failed
    }
  }
  if (tier === 'all') await onOtherStores(node.path, all, sum)
  if (!rest && paths.length === 0) process.stdout.write(leftOut(all.filter(({ kind }) => !wanted.includes(kind.name))))
  process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`)
  process.exitCode = sum.failed === 0 ? 0 : 1
}

/**
 * @param {string} node
 * @param {readonly Group[]} all
 * @param {{ passed: number, failed: number }} sum what came of it is added
 */
async function onOtherStores(node, all, sum) {
  const services = await startStores(node, root)
  try {
    for (const stores of otherStores) {
      const { name, variables, kinds: names } = stores
      const environment = Object.fromEntries(variables.map((variable) => [variable, services.environment[variable] ?? '']))
      for (const { kind, files } of all.filter((group) => names.includes(group.kind.name))) {
        const wanted = files.filter((file) => isRunOn(root, stores, file))
        if (wanted.length === 0) continue
        const { passed, failed } = await runKind({ node, root, kind, files: wanted, on: { name, environment } })
        sum.passed += passed
        sum.failed += failed
      }
    }
  } finally {
    await services.stop()
  }
}

/**
 * @param {readonly string[]} paths
 * @returns {Group[]} the test files by kind, quick ones first
 */
function groups(paths) {
  const files = projectFiles(root).filter(
    (file) => file.endsWith('.test.ts') && (paths.length === 0 || paths.some((path) => file.includes(path))),
  )
  return kinds
    .toReversed()
    .map((kind) => ({ kind, files: files.filter((file) => kindOf(file) === kind) }))
    .filter((group) => group.files.length > 0)
}

/**
 * @param {readonly Group[]} chosen
 * @returns {Group[][]} the same, those together that run at the same time
 */
function turns(chosen) {
  return chosen
    .filter(({ kind }) => !chosen.some((other) => other.kind.name === kind.beside))
    .map((group) => [group, ...chosen.filter(({ kind }) => kind.beside === group.kind.name)])
}

/**
 * @param {readonly Group[]} chosen
 * @param {string} tier
 * @param {boolean} install
 */
function provideDebian(chosen, tier, install) {
  const missing = missingPackages([
    ...new Set([...chosen.flatMap(({ kind }) => kind.debian ?? []), ...(tier === 'all' ? storePackages : [])]),
  ])
  if (missing.length === 0) return
  if (!install)
    throw new Error(`These tests need Debian packages: ${missing.join(' ')}\nInstall them by: npm run test:${tier} -- --install`)
  process.stdout.write(`Installing Debian packages: ${missing.join(' ')}\n`)
  installPackages(missing)
}

/**
 * What this run did not do, and the command that does.
 *
 * @param {readonly Group[]} others
 */
function leftOut(others) {
  return others
    .map(({ kind, files }) => {
      const command = kind.name === 'long' ? 'test:long' : kind.debian ? 'test:all' : 'test'
      const needs = kind.debian ? ` (need ${kind.debian.join(', ')})` : ''
      return `Left out: ${files.length} ${kind.name} test ${files.length === 1 ? 'file' : 'files'}${needs}; run them by: npm run ${command}\n`
    })
    .join('')
}
