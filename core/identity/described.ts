import type { Authenticator, Device, Json, Log, Message } from '../api/index.ts'

/** A device with the kind of its authenticator. */
export type KnownDevice = Device & { readonly kind: string }

/** A device for lists. `data` is undefined where it cannot be opened any more: its owner sees it all the same, and can remove it. */
export type ListedDevice = Omit<KnownDevice, 'data'> & { readonly data: Json | undefined }

/** Why nobody can prove anything by a device: what is kept of it cannot be opened (`unreadable`), or its authenticator breaks at it (`failing`). */
export type Broken = 'unreadable' | 'failing'

/** What lists say of a device beside its name. */
export type Described = { readonly description: Message | undefined; readonly broken: Broken | undefined }

/** Says it of a device; without its authenticator, which may be gone, it has no description. Must not throw: one bad device would hide all others. */
export type Describe = (device: ListedDevice, authenticator: Pick<Authenticator, 'describe'> | undefined) => Described

const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && ('key' in value || 'text' in value)

/** Logs a broken device the first time that it is met, since every list and every sign-in meets it again. */
export const brokenLog = (log: Pick<Log, 'error'>) => {
  const met = new Set<string>()
  return ({ id, userId, kind }: Pick<ListedDevice, 'id' | 'userId' | 'kind'>, broken: Broken, err: unknown): Broken => {
    if (!met.has(id))
      log.error({ device: id, user: userId, authenticator: kind, broken, err }, 'devices: one cannot be used, and counts as there')
    met.add(id)
    return broken
  }
}

export const describing =
  (tell: ReturnType<typeof brokenLog>): Describe =>
  (device, authenticator) => {
    if (device.data === undefined) return { description: undefined, broken: 'unreadable' }
    try {
      const description: unknown = authenticator?.describe?.(device as Device)
      if (description !== undefined && !isMessage(description)) throw new TypeError('`describe` gives no message')
      return { description, broken: undefined }
    } catch (error) {
      return { description: undefined, broken: tell(device, 'failing', error) }
    }
  }
