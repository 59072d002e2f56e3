import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { Clock, Log, Mailing, Store } from '../api/index.ts'
import { mailboxOf } from '../access/mailbox.ts'
import type { Snapshot } from '../configuration/types.ts'
import type { Database } from '../data/database.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Seal } from '../keys/seal.ts'
import { lasting, written } from './messages.ts'
import { shownName } from './send-notices.ts'
import type { Templates } from './templates.ts'
import { brandOfMail } from './test-mail.ts'
import type { Mailer } from './types.ts'

const codeJob = 'code-mail'
/** What a job holds: the name of the code, but not the code, and a hash of the address that it may go to. `at`: when it was asked for (epoch ms). */
type CodeJob = {
  readonly userId: string
  readonly name: string
  readonly digits: number
  readonly lifetime: number
  readonly locale: string
  readonly address: string
  readonly at: number
}

/** Codes that one user, and one address, get within so many seconds. */
export const codeLimits = { most: 10, window: 30 * 60 }
/** How often a code may be tried. A guess is right once in a million. */
const mostTries = 5
/** Seconds: no code lives for longer, and its tries are counted for longer than that. */
const longest = { lifetime: 3600, tries: 24 * 3600 }

const hashOf = (address: string) => createHash('sha256').update(address.normalize('NFKC').toLowerCase()).digest('base64url')
const keyOf = (name: string) => `mailed-code:${name}`
/** Six digits are found by trying all of them where only their hash is kept: they are sealed. */
const sealedFor = (name: string) => `mailed code ${name}`

/** By their bytes: signs that are no digits may be as many as those of the code, and longer. */
const isSame = (a: string, b: string): boolean => {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Has codes mailed, and says whether what was typed is one; see the port `mail`. */
export const codeMailing = ({
  database,
  store,
  seal,
  jobs,
  clock,
  log,
  snapshot,
}: {
  readonly database: Pick<Database, 'sql'>
  readonly store: Store
  readonly seal: Pick<Seal, 'open'>
  readonly jobs: Pick<Jobs, 'enqueue'>
  readonly clock: Clock
  readonly log: Pick<Log, 'info'>
  readonly snapshot: () => Pick<Snapshot, 'email'>
}): Pick<Mailing, 'sendCode' | 'takeCode'> => {
  const isOneTooMany = async (userId: string, address: string): Promise<boolean> => {
    const counted = [`codes-mailed:user ${userId}`, `codes-mailed:address ${address}`]
    const sums = await Promise.all(counted.map((key) => store.increment(key, codeLimits.window)))
    return sums.some((sum) => sum > codeLimits.most)
  }
  return {
    async sendCode(userId, { to, digits, lifetime, request }) {
      if (lifetime > longest.lifetime) throw new Error(`a code may not work for ${lifetime} s; ${longest.lifetime} s at most`)
      if (!snapshot().email) return { refused: 'no-server' }
      const mailbox = await mailboxOf(database.sql, userId)
      if (mailbox?.email !== to) return { refused: 'no-address' }
      const address = hashOf(to)
      if (await isOneTooMany(userId, address)) {
        log.info({ user: userId }, 'no further code is mailed: the user or the address was sent too many lately')
        return { refused: 'too-many' }
      }
      const name = randomBytes(16).toString('base64url')
      const data: CodeJob = { userId, name, digits, lifetime, locale: request.locale, address, at: clock.now().getTime() }
      await jobs.enqueue({ kind: codeJob, data })
      return { sent: name }
    },

    async takeCode(name, typed) {
      const entry = await store.get(keyOf(name))
      if (!entry) return 'gone'
      // Counted before it is looked at: of parallel tries none is for nothing.
      if ((await store.increment(`mailed-code-tries:${name}`, longest.tries)) > mostTries) {
        await store.take(keyOf(name))
        return 'gone'
      }
      if (!isSame(seal.open(entry.value as string, sealedFor(name)), typed.replace(/\s/g, ''))) return 'wrong'
      const taken = await store.take(keyOf(name))
      return taken && 'taken' in taken ? 'right' : 'gone'
    },
  }
}

/**
 * Mails the codes that were asked for: tried for as long as one would work, since later nobody waits for it. A further try makes a new code, which takes the
 * place of the one before. `origin`: of this server.
 */
export const sendCodes = (
  jobs: Pick<Jobs, 'handle'>,
  parts: {
    readonly database: Pick<Database, 'sql'>
    readonly store: Store
    readonly seal: Pick<Seal, 'seal'>
    readonly mailer: Pick<Mailer, 'send'>
    readonly templates: Pick<Templates, 'render'>
    readonly snapshot: () => Pick<Snapshot, 'email' | 'brandOf'>
    readonly origin: string
    readonly clock: Clock
    /** Seconds before try n. */
    readonly backOff?: (attempt: number) => number
  },
): void => {
  const { database, store, seal, mailer, templates, snapshot, origin, clock } = parts
  const { backOff = (attempt: number) => Math.min(5 * 2 ** (attempt - 2), 120) } = parts
  jobs.handle(codeJob, {
    attempts: 6,
    backOff,
    timeout: 120,
    concurrency: 4,
    async run(data) {
      const { userId, name, digits, lifetime, locale, address, at } = data as CodeJob
      const { email: settings, brandOf } = snapshot()
      const mailbox = await mailboxOf(database.sql, userId)
      if (!settings || !mailbox || hashOf(mailbox.email) !== address || clock.now().getTime() > at + lifetime * 1000) return
      const code = String(randomInt(10 ** digits)).padStart(digits, '0')
      // Before it is sent: whoever reads it can type it.
      await store.put(keyOf(name), seal.seal(code, sealedFor(name)), lifetime)
      const mail = templates.render('code', locale, {
        brand: brandOfMail(brandOf(origin)),
        address: origin,
        user: { name: shownName(mailbox.name), username: shownName(mailbox.username) || mailbox.email },
        at: written(at, locale),
        code: { digits: code, lifetime: lasting(lifetime, locale) },
      })
      await mailer.send({ to: mailbox.email, ...mail })
    },
  })
}
