import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { facts, know, type Device, type Devices, type Json, type Outcome, type Signal, type User, type WebAuthn } from 'sluice/plugin'
import { aUser, driveAuthenticator, memoryUsers, screenOf } from 'sluice/kit'
import { authenticator } from '../plugin.ts'
import type { Settings } from '../settings.ts'
import type { Stored } from '../stored.ts'
import type { Options } from './authenticator.ts'

const withDefaults = new Ajv2020({ useDefaults: true, strict: false, validateFormats: false }).compile(authenticator.settings)

/** Settings as configuration gives them: checked, with defaults. */
export const settingsOf = (given: Partial<Settings> = {}): Settings => {
  const settings = structuredClone(given)
  assert.ok(withDefaults(settings), JSON.stringify(withDefaults.errors))
  return settings as Settings
}

export const ada = aUser({ id: '0198c0de-0000-7000-8000-00000000000a', username: 'ada', name: 'Ada Lovelace' })
export const eve = aUser({ id: '0198c0de-0000-7000-8000-00000000000e', username: 'eve' })

/** Devices in memory, with the rules of the real ones: `use` is right once for each version, and `find` sees enabled users' alone. */
const memoryDevices = (users: readonly User[]) => {
  const all: (Device<any> & { key?: string })[] = []
  const devices: Devices = {
    of: async (userId) => all.filter((one) => one.userId === userId),
    find: async (key) => all.find((one) => one.key === key && users.some(({ id, enabled }) => enabled && id === one.userId)),
    has: async (key) => all.some((one) => one.key === key),
    add: (userId, device) => ({ effect: 'devices.add', data: { userId, ...device } }),
    async use({ id, version }, data) {
      const at = all.findIndex((one) => one.id === id && one.version === version)
      const found = all[at]
      if (!found) return false
      all[at] = { ...found, data, version: version + 1, lastUsedAt: new Date() }
      return true
    },
  }
  return {
    ...devices,
    all,
    first: (): Device<Stored & Json> => all[0] ?? assert.fail('nothing is enrolled'),
    /** Commits the effects of an outcome, as the end of a run does. */
    commit(outcome: Outcome) {
      assert.equal(outcome.go, 'pass', JSON.stringify(outcome))
      for (const { data } of outcome.go === 'pass' ? (outcome.do ?? []) : []) {
        const { userId, name, key, data: own } = data as unknown as { userId: string; name: string; key: string; data: Json }
        assert.ok(!all.some((one) => one.key === key), 'enrolled before')
        all.push({ id: `device-${all.length + 1}`, userId, name, key, data: own, version: 1, createdAt: new Date(), lastUsedAt: undefined })
      }
    },
  }
}

export type Given = {
  readonly settings?: Partial<Settings>
  readonly user?: User | undefined
  readonly origin?: string
  readonly at?: Date
}

/** A house with users and what they have enrolled. `part` opens a page of a part, as a run of its own. */
export const house = (...users: readonly User[]) => {
  const people = users.length > 0 ? users : [ada, eve]
  const devices = memoryDevices(people)
  const logged: { readonly level: string; readonly text: string; readonly user?: string }[] = []
  const log = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (fields: object, text: string) => void logged.push({ level, text, ...fields }),
    ]),
  )
  const signalled: Signal[] = []
  const use = { devices, users: memoryUsers(...people), log }

  const open = async (
    name: 'enrol' | 'verify' | 'identify',
    { settings = {}, user, origin = 'https://id.example.com', at = new Date() }: Given = {},
  ) => {
    const known = user ? [know(facts.user, { id: user.id, username: user.username })] : []
    const given = { settings, devices: devices.all, use, know: known, request: { origin, at } }
    const part = driveAuthenticator(authenticator, given)[name]
    const show = async () => screenOf(await part.show())
    const screen = await show()
    const node = screen.nodes.find((one): one is WebAuthn => one.node === 'webauthn')
    return {
      screen,
      node,
      show,
      options: (node?.options ?? {}) as unknown as Options,
      /** What is signalled beside the answer is in `signalled`. */
      async submit(credential: string): Promise<Outcome> {
        const outcome = await part.submit({ credential })
        if (outcome.go !== 'retry') return outcome
        const { signals = [], ...more } = outcome
        signalled.push(...signals)
        return more
      },
    }
  }
  return { devices, logged, signalled, open }
}
