import { randomBytes, randomUUIDv7 } from 'node:crypto'
import type { Events, Grant } from '../api/index.ts'
import { openDatabase } from '../data/database.ts'
import { testDatabase } from '../data/fixture.ts'
import { createSeal } from '../keys/seal.ts'
import { createBrowsers } from './browsers.ts'
import { closing } from './closing.ts'
import { consentEffects } from './consents.ts'
import { createGrants } from './grants.ts'
import { passwordEffects } from './passwords.ts'
import { createSessions } from './sessions.ts'
import type { Closing } from './types.ts'

/** For tests: all of `core/access` over a database, an empty one unless given its address, with a clock that stands still until told otherwise. */
export const accessFixture = async (url?: string) => {
  const database = url === undefined ? await testDatabase() : await openDatabase({ url })
  await database.migrate()
  const time = { now: Date.UTC(2026, 0, 1) }
  const clock = { now: () => new Date(time.now) }
  const warnings: object[] = []
  const log = { debug: () => {}, info: () => {}, warn: (fields: object) => void warnings.push(fields), error: () => {} }
  const recorded: Parameters<Events['record']>[0][] = []
  const events: Events = { record: async (event) => void recorded.push(event) }
  const seal = createSeal(randomBytes(32).toString('base64'))
  const sessions = createSessions({ database, clock, log })
  const { readBrowser } = createBrowsers({ database, clock, sessions })
  const grants = createGrants({ database, clock, seal, events })
  const close = closing(database, { ...passwordEffects, ...consentEffects }, clock)

  const addUser = async (username = 'ada'): Promise<string> => {
    const id = randomUUIDv7()
    const times = { created_at: time.now, updated_at: time.now }
    const rest = { name: '', email: null, email_key: null, email_verified: false, enabled: true, attributes: '{}', version: 1 }
    await database.sql
      .insertInto('users')
      .values({ id, username, username_key: username, ...rest, ...times })
      .execute()
    return id
  }

  const setEnabled = async (userId: string, enabled: boolean): Promise<void> => {
    await database.sql.updateTable('users').set({ enabled }).where('id', '=', userId).execute()
  }

  /** What a run ends in that proved a password. */
  const signingIn = (userId: string, browserId: string, more: Partial<Closing> = {}): Closing => ({
    runId: randomUUIDv7(),
    effects: [],
    session: { browserId, userId, proofs: [{ method: 'pwd', at: time.now }], lifetime: 3600, flows: [] },
    ...more,
  })

  /** Signs a user in, at a new browser unless given its cookie. */
  const signIn = async (userId: string, cookieBefore?: string) => {
    const browser = await readBrowser(cookieBefore)
    const closed = await close(signingIn(userId, browser.id))
    if (closed.closed !== true || !closed.session || !closed.cookie) throw new Error('not signed in')
    return { browserId: browser.id, cookie: closed.cookie, session: closed.session }
  }

  const aGrant = (userId: string, sessionId: string, more: Partial<Grant> = {}): Grant => ({
    id: grants.newId(),
    userId,
    application: 'demo',
    provider: 'demo',
    sessionId,
    origin: 'https://id.example.com',
    scopes: ['openid', 'email'],
    offline: false,
    createdAt: new Date(time.now),
    expiresAt: new Date(time.now + 24 * 3600 * 1000),
    data: { nonce: 'n' },
    ...more,
  })

  return { database, time, clock, warnings, recorded, sessions, readBrowser, grants, close, addUser, setEnabled, signingIn, signIn, aGrant }
}
