import { randomUUIDv7 } from 'node:crypto'
import type { Clock, Events, Passwords } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import type { Tx } from '../data/tables.ts'
import { usernameKey } from '../identity/names.ts'
import { isSetUp } from '../identity/roles.ts'
import { createUser } from '../identity/write-users.ts'
import type { Bootstrap } from '../options/options.ts'
import { hashSecret } from './cookie.ts'
import { passwordEffects } from './passwords.ts'

const username = 'admin'
/** Under which the token of the option is known. */
const option = 'SLUICE_BOOTSTRAP_TOKEN'

/** What the options ask for cannot be: a sentence for people. */
export class BootstrapRefused extends Error {
  override readonly name = 'BootstrapRefused'
}

const adminId = async (tx: Tx): Promise<string | undefined> =>
  (await tx.selectFrom('users').select('id').where('username_key', '=', usernameKey(username)).executeTakeFirst())?.id

/** The token is as the option says it, and gone without the option. One that is the same already is left alone, with what is known of its use. */
const setToken = async (tx: Tx, userId: string | undefined, text: string | undefined, now: number): Promise<boolean> => {
  const hash = text === undefined ? undefined : hashSecret(text)
  const had = await tx.selectFrom('tokens').select(['id', 'secret_hash', 'user_id']).where('bootstrap', '=', option).executeTakeFirst()
  if (had && had.secret_hash === hash && had.user_id === userId) return false
  if (had) await tx.deleteFrom('tokens').where('id', '=', had.id).execute()
  if (hash === undefined || userId === undefined) return had !== undefined
  const row = { name: option, scopes: null, created_at: now, expires_at: null, used_at: null }
  await tx
    .insertInto('tokens')
    .values({ id: randomUUIDv7(), user_id: userId, secret_hash: hash, bootstrap: option, ...row })
    .execute()
  return true
}

/**
 * Makes what the options `bootstrap_*` ask for, at each start: the user `admin` with the role `admin` while there was no administrator
 * yet, never again afterwards; and the token, which follows the option. Throws `BootstrapRefused` for a token whose user `admin` is not
 * there.
 */
export const bootstrap = async (
  { email, password, token }: Bootstrap,
  {
    database,
    passwords,
    events,
    clock,
  }: { readonly database: Database; readonly passwords: Passwords; readonly events: Events; readonly clock: Clock },
): Promise<void> => {
  const wanted = password !== undefined || token !== undefined
  const isFirst = wanted && !(await isSetUp(database))
  const hash = isFirst && password ? await passwords.hash(password.reveal()) : undefined
  const now = clock.now().getTime()
  const { made, changed } = await database.transaction(async (tx) => {
    const known = await adminId(tx)
    if (isFirst && known !== undefined)
      throw new BootstrapRefused(
        `SLUICE_BOOTSTRAP_…: there is a user "${username}" already, who is no administrator; make one by: sluice createsuperuser`,
      )
    const id = isFirst ? await createUser(tx, { username, ...(email !== undefined && { email }), roles: ['admin'] }, now) : known
    if (isFirst && id !== undefined && hash !== undefined) await passwordEffects['passwords.set']?.(tx, { userId: id, hash }, now)
    if (token !== undefined && id === undefined)
      throw new BootstrapRefused(
        `${option}: the set-up is over and there is no user "${username}" whose token it could be; remove the option`,
      )
    return { made: isFirst ? id : undefined, changed: await setToken(tx, id, token?.reveal(), now) }
  })
  if (made !== undefined) await events.record({ action: 'user.created', userId: made, detail: { by: 'bootstrap' } })
  if (changed) await events.record({ action: token ? 'token.created' : 'token.revoked', detail: { by: option } })
}
