import assert from 'node:assert/strict'
import { definePlugin, defineProtocol, type Plugin, type Protocol, secret, Type } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { testDatabase } from '../data/fixture.ts'
import { createSeal } from '../keys/seal.ts'
import { compileFlow } from '../engine/compile.ts'
import { createCatalog } from './catalog.ts'
import { readDocument } from './document.ts'
import { createPlane } from './plane.ts'
import type { Watching } from './plane-state.ts'
import type { Change, Committed, NotCommitted, Plan, Plane } from './plane-types.ts'
import { problemText } from './problem.ts'
import { samplePlugin } from './sample.fixture.ts'

const shippedText = `
version: 1
flows:
  default-authentication: { title: Sign in, designation: authentication, steps: [{ type: greeting }] }
  default-authorization-implicit-consent: { title: Allow, designation: authorization, steps: [] }
  default-invalidation: { title: Sign out, designation: invalidation, steps: [] }
  default-password-change: { title: Change, designation: stage-configuration, steps: [] }
  default-recovery: { title: Recover, designation: recovery, steps: [] }
  default-authenticator-setup: { title: Set up, designation: stage-configuration, steps: [] }
`
export const documentOf = (text: string, file = 'my.yaml', env: Readonly<Record<string, string>> = {}) => {
  const read = readDocument(`version: 1\n${text}`, file, { env, directory: '/nowhere' })
  assert.ok('document' in read, JSON.stringify(read))
  return read.document
}

/** A protocol whose settings have a list of secrets and a reference, with the upgrades that are given. */
export const vaultProtocol = (more: Partial<Protocol> = {}): Plugin =>
  definePlugin({
    id: 'vault',
    version: '1.0.0',
    api: '^1',
    protocols: [
      defineProtocol({
        kind: 'vault',
        settings: Type.Object({
          keys: Type.Optional(
            Type.Array(
              Type.Object({
                name: Type.String({ title: 'Name', description: 'A name.' }),
                key: secret({ title: 'Key', description: 'A secret.' }),
              }),
              { title: 'Keys', description: 'Some.' },
            ),
          ),
          flow: Type.Optional(Type.String({ title: 'Flow', description: 'A flow.', 'x-ref': 'flow' })),
        }),
        request: Type.Object({}),
        routes: () => {},
        finish: () => ({ answer: 'json', status: 200, body: {} }),
        refused: () => ({ answer: 'json', status: 403, body: {} }),
        ...more,
      } as Protocol) as Protocol,
    ],
  })

export type Opened = Plane & { close(): void; readonly logged: string[] }

/** A plane over a database, as one process has it. */
export const planeOn = async (
  database: Database,
  plugins: readonly Plugin[] = [samplePlugin, vaultProtocol()],
  secretKey = 'k'.repeat(32),
  watching: Watching = {},
): Promise<Opened> => {
  const created = createCatalog(plugins, new Set())
  assert.ok('catalog' in created, JSON.stringify(created))
  const { catalog } = created
  const logged: string[] = []
  const log = (_: object, text: string) => void logged.push(text)
  const read = readDocument(shippedText, 'shipped.yaml')
  assert.ok('document' in read)
  const plane = await createPlane({
    database,
    catalog,
    seal: createSeal(secretKey),
    clock: { now: () => new Date(1000) },
    log: { debug: log, info: log, warn: log, error: log },
    shipped: [read.document],
    hash: async (password) => `hash of ${password.length}`,
    compileFlow,
    isPermission: (entry) => /^(\*|[a-z]+\.[a-z]+)$/.test(entry),
    ...watching,
  })
  return { ...plane, logged }
}

export const memory = async (): Promise<Database> => {
  const database = await testDatabase()
  return database
}

export const changeOf = (text: string, more: Partial<Change> = {}, env?: Readonly<Record<string, string>>): Change => ({
  documents: text === '' ? [] : [documentOf(text, 'my.yaml', env)],
  owner: 'test',
  actor: { type: 'cli', name: 'tester' },
  ...more,
})

/** Lines about what was changed, e.g. `update providers.wiki /with/lifetime`, or what stood in the way. */
export const told = (done: Plan | Committed | NotCommitted): readonly string[] => {
  if ('problems' in done) return done.problems.map(problemText)
  if ('conflict' in done) return [`conflict ${done.conflict.head}`, ...told({ changes: done.conflict.changes, warnings: [] })]
  return done.changes.map(
    ({ change, kind, slug, to, fields = [] }) =>
      `${change} ${kind}.${slug}${to === undefined ? '' : ` to ${to}`}${fields.map(({ pointer }) => ` ${pointer}`).join('')}`,
  )
}
