// @ts-check
import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'

const policy = '/usr/sbin/policy-rc.d'
const kept = `${policy}.before-sluice`

/**
 * Which of these Debian packages are not installed.
 *
 * @param {readonly string[]} packages
 * @returns {string[]}
 */
export function missingPackages(packages) {
  if (packages.length === 0) return []
  const { stdout } = spawnSync('dpkg-query', ['--show', '--showformat', '${Package} ${db:Status-Status}\\n', ...packages], {
    encoding: 'utf8',
  })
  const installed = new Set((stdout ?? '').split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])))
  return packages.filter((name) => !installed.has(name))
}

/**
 * Installs Debian packages without starting their services: `policy-rc.d` forbids it for the time of the installation.
 *
 * @param {readonly string[]} packages
 * @throws {Error} where this is no Debian, we are not root, or apt fails
 */
export function installPackages(packages) {
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`apt-get was not found. Install these by hand: ${packages.join(' ')}`)
  if (process.getuid?.() !== 0) throw new Error(`Only root may install packages. Run: sudo apt-get install ${packages.join(' ')}`)
  if (existsSync(policy)) renameSync(policy, kept)
  try {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
    apt('update')
    apt('install', '--yes', '--no-install-recommends', ...packages)
  } finally {
    rmSync(policy, { force: true })
    if (existsSync(kept)) renameSync(kept, policy)
  }
}

/** @param {readonly string[]} args */
function apt(...args) {
  const { status, stderr } = spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (status !== 0) throw new Error(`apt-get ${args[0]} failed:\n${stderr}`)
}
