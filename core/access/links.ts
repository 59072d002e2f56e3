import { createHash, randomBytes } from 'node:crypto'
import { facts, type Json, type Store } from '../api/index.ts'

/** A link that an operator hands to one person: it opens one flow, once. Only its hash is stored. */
export type OperatorLinks = {
  /** The path of a new link, e.g. `/if/flow/recovery-link/?link=…`. `lifetime` in seconds. */
  create(link: {
    readonly flow: string
    readonly user?: { readonly id: string; readonly username: string }
    readonly lifetime: number
  }): Promise<string>
  /** What a link opens, if it has not been used and has not expired. Reading it uses nothing up: mail scanners open links. */
  read(token: string): Promise<{ readonly key: string; readonly flow: string; readonly facts: Readonly<Record<string, Json>> } | undefined>
}

const keyOf = (token: string) => `link:${createHash('sha256').update(token).digest('base64url')}`

export const operatorLinks = (store: Store): OperatorLinks => ({
  async create({ flow, user, lifetime }) {
    const token = randomBytes(32).toString('base64url')
    await store.put(keyOf(token), { flow, user: user ?? null }, lifetime)
    return `/if/flow/${flow}/?link=${token}`
  },
  async read(token) {
    const entry = await store.get(keyOf(token))
    if (!entry) return undefined
    const { flow, user } = entry.value as { readonly flow: string; readonly user: Json }
    return { key: keyOf(token), flow, facts: user === null ? {} : { [facts.user.name]: user } }
  },
})
