import { createHash, randomBytes } from 'node:crypto'
import { facts, type Json, type Store } from '../api/index.ts'
import type { Tx } from '../data/tables.ts'
import { type LinkOwner, stampOf } from './mailbox.ts'

/** As it is kept. A link without an owner is for nobody in particular. */
type Stored = { readonly flow: string; readonly user: Json; readonly mailed?: LinkOwner; readonly handed?: LinkOwner }

type LinkUser = { readonly id: string; readonly username: string }

/**
 * What a link opens. `mailed`: it went to the address of this user, and says no more than that whoever opens it reads what is sent there. `handed`: an
 * operator made it for this user.
 */
export type OpenedLink = {
  readonly key: string
  readonly flow: string
  readonly facts: Readonly<Record<string, Json>>
  readonly mailed?: LinkOwner
  readonly handed?: LinkOwner
}

/** Links that an operator hands to one person, and those that are mailed: each opens one flow, once. Only their hashes are stored. */
export type Links = {
  /**
   * The path of a new link, e.g. `/if/flow/recovery-link/?link=…`. `lifetime` in seconds. With `only`, the last link that was made under
   * this name is dead from now on. One for a user is dead as soon as that user has another password or address, or is disabled: from when the stamp was
   * taken that `mailed` has, else from now.
   */
  create(link: {
    readonly flow: string
    readonly user?: LinkUser
    readonly lifetime: number
    readonly only?: string
    readonly mailed?: LinkOwner
  }): Promise<string>
  /** The last link that was made under this name is dead from now on, if there is one. */
  revoke(only: string): Promise<void>
  /** What a link opens, if it works. Reading it uses nothing up: mail scanners open links. */
  read(token: string): Promise<OpenedLink | undefined>
}

/** The name of the link for the first administrator. It is dead once there is one. */
export const setupLink = 'setup'

const keyOf = (token: string) => `link:${createHash('sha256').update(token).digest('base64url')}`

export const createLinks = (store: Store, { sql }: { readonly sql: Pick<Tx, 'selectFrom'> }): Links => {
  /** Puts a link in the place of the last one of a name, which dies: also where several are made at the same time, one is left. */
  const replace = async (name: string, key: string, lifetime: number): Promise<void> => {
    for (;;) {
      const last = await store.get(name)
      if (last) await store.take(last.value as string)
      if (await store.compareAndSet(name, last?.version, key, lifetime)) return
    }
  }
  const ownerNow = async (userId: string): Promise<LinkOwner> => {
    const stamp = await stampOf(sql, userId)
    if (stamp === undefined) throw new Error(`the user ${userId} is disabled or gone: no link can be made for them`)
    return { userId, stamp }
  }
  return {
    async revoke(only) {
      const last = await store.take(`link-of:${only}`)
      if (last && 'taken' in last) await store.take(last.taken as string)
    },
    async create({ flow, user, lifetime, only, mailed }) {
      const token = randomBytes(32).toString('base64url')
      const key = keyOf(token)
      const handed = user && !mailed ? await ownerNow(user.id) : undefined
      await store.put(key, { flow, user: user ?? null, ...(mailed && { mailed }), ...(handed && { handed }) }, lifetime)
      if (only !== undefined) await replace(`link-of:${only}`, key, lifetime)
      return `/if/flow/${flow}/?link=${token}`
    },
    async read(token) {
      const key = keyOf(token)
      const entry = await store.get(key)
      if (!entry) return undefined
      const { flow, user, mailed, handed } = entry.value as Stored
      const owner = mailed ?? handed
      if (owner && (await stampOf(sql, owner.userId)) !== owner.stamp) return undefined
      return { key, flow, facts: user === null ? {} : { [facts.user.name]: user }, ...(mailed && { mailed }), ...(handed && { handed }) }
    },
  }
}
