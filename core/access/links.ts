import { createHash, randomBytes } from 'node:crypto'
import { facts, type Json, type Store } from '../api/index.ts'

/** A link that an operator hands to one person: it opens one flow, once. Only its hash is stored. */
export type OperatorLinks = {
  /**
   * The path of a new link, e.g. `/if/flow/recovery-link/?link=…`. `lifetime` in seconds. With `only`, the last link that was made under
   * this name is dead from now on.
   */
  create(link: {
    readonly flow: string
    readonly user?: { readonly id: string; readonly username: string }
    readonly lifetime: number
    readonly only?: string
  }): Promise<string>
  /** The last link that was made under this name is dead from now on, if there is one. */
  revoke(only: string): Promise<void>
  /** What a link opens, if it has not been used and has not expired. Reading it uses nothing up: mail scanners open links. */
  read(token: string): Promise<{ readonly key: string; readonly flow: string; readonly facts: Readonly<Record<string, Json>> } | undefined>
}

/** The name of the link for the first administrator. It is dead once there is one. */
export const setupLink = 'setup'

const keyOf = (token: string) => `link:${createHash('sha256').update(token).digest('base64url')}`

export const operatorLinks = (store: Store): OperatorLinks => {
  const revoke = async (only: string): Promise<void> => {
    const last = await store.take(`link-of:${only}`)
    if (last && 'taken' in last) await store.take(last.taken as string)
  }
  return {
    revoke,
    async create({ flow, user, lifetime, only }) {
      const token = randomBytes(32).toString('base64url')
      const key = keyOf(token)
      await store.put(key, { flow, user: user ?? null }, lifetime)
      if (only !== undefined) {
        await revoke(only)
        await store.put(`link-of:${only}`, key, lifetime)
      }
      return `/if/flow/${flow}/?link=${token}`
    },
    async read(token) {
      const key = keyOf(token)
      const entry = await store.get(key)
      if (!entry) return undefined
      const { flow, user } = entry.value as { readonly flow: string; readonly user: Json }
      return { key, flow, facts: user === null ? {} : { [facts.user.name]: user } }
    },
  }
}
