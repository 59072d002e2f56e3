import { randomUUIDv7 } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Clock, Log } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { prepare } from '../data/prepared.ts'
import type { Tables, Tx } from '../data/tables.ts'
import { hashSecret, isSecretOf, newSecret } from './cookie.ts'

/** A token as its owner and administrators see it: never its secret. */
export type ListedToken = {
  readonly id: string
  readonly userId: string
  readonly name: string
  /** Permissions that it is limited to; undefined: all that its user has. */
  readonly scopes: readonly string[] | undefined
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
  /** To the minute. */
  readonly usedAt: Date | undefined
  /** The option that it was made from at the start, e.g. `SLUICE_BOOTSTRAP_TOKEN`. */
  readonly bootstrap: string | undefined
}
export type NewToken = {
  readonly userId: string
  readonly name: string
  readonly scopes?: readonly string[] | undefined
  readonly expiresAt?: Date | undefined
}

/** Whose request it is, by its token. */
export type TokenHolder = {
  readonly tokenId: string
  readonly tokenName: string
  readonly userId: string
  readonly username: string
  readonly scopes: readonly string[] | undefined
}

type Row = Selectable<Tables['tokens']>

const minute = 60_000
const prefix = 'slc_'
/** `slc_<id>_<secret>`: the id's 32 hexadecimal digits, and 32 random bytes in base64url. */
const form = /^slc_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/

const dashed = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const tokenText = (id: string, secret: string): string => `${prefix}${id.replaceAll('-', '')}_${secret}`

export const listedToken = (row: Row): ListedToken => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  scopes: row.scopes === null ? undefined : (JSON.parse(row.scopes) as readonly string[]),
  createdAt: new Date(row.created_at),
  expiresAt: row.expires_at === null ? undefined : new Date(row.expires_at),
  usedAt: row.used_at === null ? undefined : new Date(row.used_at),
  bootstrap: row.bootstrap ?? undefined,
})

/** Makes a token and returns its text, which is told once. `now` in epoch ms. */
export const createToken = async (
  tx: Tx,
  { userId, name, scopes, expiresAt }: NewToken,
  now: number,
): Promise<{ readonly id: string; readonly text: string }> => {
  const id = randomUUIDv7()
  const secret = newSecret()
  await tx
    .insertInto('tokens')
    .values({
      id,
      user_id: userId,
      name,
      secret_hash: hashSecret(secret),
      scopes: scopes ? JSON.stringify(scopes) : null,
      created_at: now,
      expires_at: expiresAt?.getTime() ?? null,
      used_at: null,
      bootstrap: null,
    })
    .execute()
  return { id, text: tokenText(id, secret) }
}

export type Tokens = {
  /** Who the text of an `Authorization` header speaks for: a token that is known, current, and of a user who is enabled. */
  holder(text: string): Promise<TokenHolder | undefined>
}

/** Tokens in table `tokens`. `used_at` is written once a minute at most; a failure to do so is logged. */
export const createTokens = ({
  database,
  clock,
  log,
}: {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
}): Tokens => {
  const { sql } = database
  const columns = [
    'tokens.id',
    'tokens.name',
    'tokens.secret_hash',
    'tokens.scopes',
    'tokens.expires_at',
    'tokens.used_at',
    'users.id as user_id',
    'users.username',
  ] as const
  const enabled = sql
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .select(columns)
    .where('users.enabled', '=', true)
  const byId = prepare(database, (given: { readonly id: string }) =>
    enabled.where('tokens.id', '=', given.id).where('tokens.bootstrap', 'is', null),
  )
  // Said by an order, for which there is an index: `is not null` would go through all users.
  const ofOptions = prepare(database, (_: object) => enabled.where('tokens.bootstrap', '>', ''))
  const used = prepare(database, (given: { readonly id: string; readonly at: number; readonly before: number }) =>
    sql
      .updateTable('tokens')
      .set({ used_at: given.at })
      .where('id', '=', given.id)
      .where((row) => row.or([row('used_at', 'is', null), row('used_at', '<=', given.before)])),
  )
  return {
    async holder(text) {
      const [, hex, secret = ''] = form.exec(text) ?? []
      // Found by its public id, so that no lookup depends on a secret. What an option says may have any form: there are few of these.
      const [known] = hex === undefined ? [] : await byId({ id: dashed(hex) })
      const row =
        known && isSecretOf(known.secret_hash, secret) ? known : (await ofOptions({})).find((one) => isSecretOf(one.secret_hash, text))
      if (!row) return undefined
      const now = clock.now().getTime()
      if (row.expires_at !== null && row.expires_at <= now) return undefined
      if (row.used_at === null || row.used_at <= now - minute) {
        // Nobody waits for it.
        used({ id: row.id, at: now, before: now - minute }).catch((error: unknown) =>
          log.warn({ error, id: row.id }, 'the time of the last use of an API token could not be written'),
        )
      }
      return {
        tokenId: row.id,
        tokenName: row.name,
        userId: row.user_id,
        username: row.username,
        scopes: row.scopes === null ? undefined : (JSON.parse(row.scopes) as readonly string[]),
      }
    },
  }
}
