import type { User } from '../api/index.ts'

/** A user without what costs further queries. */
export type UserRecord = Omit<User, 'groups'>

/** The directory as policies read it: each part by itself, so that only what is named is asked for. */
export type Directory = {
  user(id: string): Promise<UserRecord | undefined>
  /** Slugs, with those of parent groups. */
  groups(id: string): Promise<readonly string[]>
  /** Slugs, also those that come by a group. */
  roles(id: string): Promise<readonly string[]>
}

/** What the directory was asked about one user, and said. `user: undefined`: there is no such user any more. */
export type Fetched = {
  readonly user?: UserRecord | undefined
  readonly groups?: readonly string[]
  readonly roles?: readonly string[]
}
/** A query to the directory. */
export type Fetch = keyof Fetched

/** Asks the directory for these parts, at once. Nothing is asked where nobody is known. */
export const fetchUser = async (directory: Directory, id: string | undefined, parts: ReadonlySet<Fetch>): Promise<Fetched> => {
  if (id === undefined) return {}
  const found = await Promise.all([...parts].map(async (part) => [part, await directory[part](id)] as const))
  return Object.fromEntries(found) as Fetched
}

/** The same directory for the moment of one list: what was asked before is not asked again. */
export const remembering = (directory: Directory): Directory => {
  const once = <T>(ask: (id: string) => Promise<T>) => {
    const asked = new Map<string, Promise<T>>()
    return (id: string): Promise<T> => {
      const answer = asked.get(id) ?? ask(id)
      asked.set(id, answer)
      return answer
    }
  }
  return { user: once((id) => directory.user(id)), groups: once((id) => directory.groups(id)), roles: once((id) => directory.roles(id)) }
}
