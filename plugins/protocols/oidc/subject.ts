import type { Subject, User, Users } from 'sluice/plugin'
import type { Settings } from './types.ts'

type Kind = Settings['subject']

/** The `sub` claim for this user; `undefined` where the user has no e-mail address and the setting asks for one. */
export const subjectOf = async (subject: Subject, kind: Kind, users: Users): Promise<string | undefined> => {
  if (kind === 'id') return subject.id
  if (kind === 'username') return subject.username
  return (await users.get(subject.id))?.email
}

/** The id of the user that a `sub` of ours names, if there still is one. */
export const userIdOf = async (sub: string, kind: Kind, users: Users): Promise<string | undefined> => {
  const user: User | undefined = kind === 'id' ? await users.get(sub) : await users.find(sub, [kind])
  return user?.id
}
