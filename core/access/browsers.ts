import type { Clock } from '../api/index.ts'
import type { Database } from '../data/database.ts'
import { formatCookie, isSecretOf, newCookie, parseCookie, type BrowserCookie } from './cookie.ts'
import { prepare } from '../data/prepared.ts'
import { readFlows, readProofs, type Sessions } from './sessions.ts'
import type { Browser, Proof, Trust } from './types.ts'

/** The methods of proofs, each once, in the order of proof. */
export const methodsOf = (proofs: readonly Proof[]): readonly string[] => [...new Set(proofs.map(({ method }) => method))]

const anonymous = (cookie: BrowserCookie): Browser => ({
  ...cookie,
  session: undefined,
  known: [],
  familiar: [],
  trust: [],
  cookie: undefined,
})

const fresh = (): Browser => {
  const cookie = newCookie()
  return { ...anonymous(cookie), cookie: formatCookie(cookie) }
}

/** A row per user who signed in before, each with the browser's secret and its session, of which at most one is open. */
const prepareBrowser = (database: Database) =>
  prepare(database, (given: { readonly id: string; readonly now: number }) =>
    database.sql
      .selectFrom('browsers')
      .leftJoin('sessions', (join) =>
        join.onRef('sessions.browser_id', '=', 'browsers.id').on('sessions.ended_at', 'is', null).on('sessions.expires_at', '>', given.now),
      )
      .leftJoin('users', (join) => join.onRef('users.id', '=', 'sessions.user_id').on('users.enabled', '=', true))
      .leftJoin('browser_users', 'browser_users.browser_id', 'browsers.id')
      .leftJoin('passwords', 'passwords.user_id', 'browser_users.user_id')
      .select(['browsers.secret_hash', 'sessions.id', 'sessions.authenticated_at', 'sessions.proofs', 'sessions.flows', 'sessions.seen_at'])
      .select(['users.id as user_id', 'users.username', 'browser_users.user_id as known'])
      .select(['browser_users.trusted_until', 'browser_users.second_factor_at', 'browser_users.at', 'passwords.changed_at'])
      .where('browsers.id', '=', given.id)
      // Without a limit: SQLite would make a temporary table for it, which costs ten times the rest. A sign-in keeps few.
      .orderBy('browser_users.at', 'desc'),
  )

type Row = Awaited<ReturnType<ReturnType<typeof prepareBrowser>>>[number]

const sessionOf = (row: Row): Browser['session'] => {
  if (row.id === null || row.user_id === null || row.username === null || row.authenticated_at === null || row.proofs === null)
    return undefined
  const proofs = readProofs(row.proofs)
  const at = new Date(row.authenticated_at)
  return { id: row.id, userId: row.user_id, username: row.username, at, proofs, methods: methodsOf(proofs), flows: readFlows(row.flows) }
}

const isFamiliar = ({ at, changed_at: changedAt }: Row): boolean => at !== null && at >= (changedAt ?? 0)

const trustOf = ({ known, trusted_until: until, second_factor_at: provedAt }: Row): readonly Trust[] =>
  known === null || (until === null && provedAt === null)
    ? []
    : [{ userId: known, until: until ?? undefined, provedAt: provedAt ?? undefined }]

/**
 * Who a request comes from, by its cookie. Without a good one it is a new browser, with a cookie to be set. A browser has a record only once
 * somebody has signed in there: until then, its cookie alone makes it the same browser. Never throws for what a cookie says.
 */
export const createBrowsers = ({
  database,
  clock,
  sessions,
}: {
  readonly database: Database
  readonly clock: Clock
  readonly sessions: Sessions
}): { readBrowser(cookie: string | undefined): Promise<Browser> } => {
  const find = prepareBrowser(database)
  return {
    async readBrowser(text) {
      const cookie = parseCookie(text)
      if (!cookie) return fresh()
      const rows = await find({ id: cookie.id, now: clock.now().getTime() })
      const [row] = rows
      if (!row) return anonymous(cookie)
      if (!isSecretOf(row.secret_hash, cookie.secret)) return fresh()
      const session = sessionOf(row)
      // Nobody waits for it: `touch` never fails.
      if (session && row.seen_at !== null) void sessions.touch({ id: session.id, browserId: cookie.id, seenAt: row.seen_at })
      const knownIn = (those: readonly Row[]) => those.flatMap(({ known }) => known ?? [])
      const familiar = knownIn(rows.filter(isFamiliar))
      return { ...anonymous(cookie), session, known: knownIn(rows), familiar, trust: rows.flatMap(trustOf) }
    },
  }
}
