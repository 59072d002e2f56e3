import type { Device, Devices, Effect, Json } from '../../core/api/index.ts'

/** A complete device from the parts that matter to a test. */
export const aDevice = (fields: Partial<Device> & { readonly data: Json }): Device => ({
  id: 'device-1',
  userId: 'id-ada',
  name: '',
  version: 1,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  lastUsedAt: undefined,
  ...fields,
})

type Entry = { readonly device: Device; readonly key: string | undefined }
type Known = Device & { readonly key?: string }

/**
 * Devices of one kind in memory, found by their `key`. `add` only describes: nothing is enrolled. `use` is real: of callers with the same version one
 * gets `true`.
 */
export function memoryDevices(...known: readonly Known[]): Devices & { readonly all: readonly Device[] } {
  const entries: Entry[] = known.map(({ key, ...device }) => ({ device, key }))
  return {
    get all() {
      return entries.map(({ device }) => device)
    },
    of: async (userId) => entries.flatMap(({ device }) => (device.userId === userId ? [device] : [])),
    find: async (key) => entries.find((entry) => entry.key === key)?.device,
    has: async (key) => entries.some((entry) => entry.key === key),
    add: (userId, { name, data, key }): Effect => ({
      effect: 'devices.add',
      data: { userId, name, data, key: key ?? null },
    }),
    async use({ id, version }, data) {
      const at = entries.findIndex(({ device }) => device.id === id && device.version === version)
      const entry = entries[at]
      if (!entry) return false
      entries[at] = { ...entry, device: { ...entry.device, data, version: version + 1, lastUsedAt: new Date() } }
      return true
    },
  }
}
