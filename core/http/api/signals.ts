import type { RequestView, Signal } from '../../api/index.ts'
import type { Factors } from '../../access/factors.ts'
import { listedUsers } from '../../identity/administration.ts'
import type { ListedDevice } from '../../identity/described.ts'
import type { ApiParts } from './parts.ts'

/** What browsers tell their passkey providers of a user's devices, as the authenticators in use say it. */
export const signalsOf =
  ({ database: { sql }, devices, log }: Pick<ApiParts, 'database' | 'devices' | 'log'>) =>
  async (userId: string, { authenticators }: Factors, request: RequestView): Promise<readonly Signal[]> => {
    const asked = [...authenticators.values()].filter(({ authenticator }) => authenticator.signals)
    const [user] = asked.length > 0 ? await listedUsers(sql, [userId]) : []
    if (!user) return []
    const all = await devices.ofUser(userId)
    return asked.flatMap(({ authenticator, settings }) => {
      const own = all.filter(({ kind }) => kind === authenticator.kind)
      // Of a list that lacks what cannot be opened, browsers would take it that this is gone.
      if (!own.every(isOpened)) return []
      try {
        return authenticator.signals?.({ settings, request, user, devices: own }) ?? []
      } catch (error) {
        log.error({ err: error, authenticator: authenticator.kind, user: userId }, 'authenticators: signals of a user failed')
        return []
      }
    })
  }

const isOpened = (device: ListedDevice): device is ListedDevice & { readonly data: NonNullable<ListedDevice['data']> } =>
  device.data !== undefined
