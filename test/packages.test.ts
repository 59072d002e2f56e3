import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'

type Locked = {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly resolved?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
type Manifest = Readonly<Record<'dependencies' | 'devDependencies' | 'optionalDependencies' | 'scripts', Readonly<Record<string, string>>>>

const root = join(import.meta.dirname, '..')
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'))
const manifest = read('package.json') as Manifest
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> }
const locked = Object.entries(packages).filter(([path]) => path !== '')

const free = new Set(['MIT', 'MIT-0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'ISC', 'BlueOak-1.0.0'])
/** Tools that are not shipped may also be under a licence that binds changes to their own files only. */
const freeForTools = new Set([...free, 'MPL-2.0'])
/** What comes along for building the interfaces, and is neither in them nor loaded by the server. */
const buildTools: Readonly<Record<string, string>> = {
  lightningcss: 'MPL-2.0: Vite writes style sheets with it',
  'mdn-data': 'CC0-1.0: tables of css-tree',
  'vaul-vue': 'its manifest names no licence, its repository says MIT; drawers are left out of the build',
}
/** Their scripts are not run, and what they do is not needed. */
const idleScripts: Readonly<Record<string, string>> = {
  'vue-demi': 'switches to Vue 2; as packed it is for Vue 3',
  esbuild: 'comes along with a font loader that is not used; Vite 8 builds without it',
}
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
/** Where Node.js would look for a package from this one. */
const within = (path: string): readonly string[] => {
  const parents = path.split('/node_modules/').map((_, index, parts) => `${parts.slice(0, index + 1).join('/node_modules/')}/`)
  return ['', ...parents]
}

test('every version is exact', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
  for (const [name, version] of Object.entries(all)) assert.match(version, /^\d+\.\d+\.\d+$/, `${name} is ${version}`)
})

test('the lock file names no registry', () => {
  for (const [path, { resolved }] of locked) assert.equal(resolved, undefined, path)
})

test('the lock file has every package for other platforms, without which `npm ci` refuses', () => {
  for (const [path, { optionalDependencies }] of locked) {
    for (const name of Object.keys(optionalDependencies ?? {})) {
      const found = within(path).some((parent) => Object.hasOwn(packages, `${parent}node_modules/${name}`))
      assert.ok(found, `${path} wants ${name}`)
    }
  }
})

test('every package is under a licence that lets anyone ship it', () => {
  for (const [path, { license = 'none', dev }] of locked) {
    if (Object.keys(buildTools).some((tool) => nameOf(path) === tool || nameOf(path).startsWith(`${tool}-`))) continue
    assert.ok((dev ? freeForTools : free).has(license), `${path} is under ${license}`)
  }
})

test('no package needs its install script', () => {
  for (const [path, { hasInstallScript }] of locked) {
    if (!Object.hasOwn(idleScripts, nameOf(path))) assert.notEqual(hasInstallScript, true, path)
  }
})

test('every npm script that runs a file of ours finds it', () => {
  for (const [name, command] of Object.entries(manifest.scripts)) {
    for (const [, file] of command.matchAll(/\bnode (\S+)/g)) assert.ok(existsSync(join(root, file!)), `npm run ${name}: ${file}`)
  }
})
