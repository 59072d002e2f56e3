import { matching, permissions } from '../../access/permissions.ts'
import { isLoopback } from '../../cli/doctor/addresses.ts'
import { pathText } from '../../configuration/problem.ts'
import type { Snapshot } from '../../configuration/types.ts'
import type { Database } from '../../data/database.ts'
import { firstIdAt } from '../../events/ids.ts'
import { userReferences } from '../../identity/references.ts'
import { holdersOf } from '../../identity/roles.ts'
import { troublesOfJobs } from '../../jobs/look.ts'
import type { ApiParts } from './parts.ts'

/** `about`: the values in `detail`, for who says it in another language. `link`: what it is about, for who may see that. */
export type Risk = {
  readonly code: string
  readonly severity: 'high' | 'medium' | 'low'
  readonly detail: string
  readonly fix: string
  readonly about?: Readonly<Record<string, string | number>>
  readonly link?: { readonly kind: string; readonly id: string }
}
type Parts = Pick<ApiParts, 'database' | 'plane' | 'catalog' | 'installation' | 'clock'>

const day = 86_400
/** Sessions that live longer outlast what people remember of where they are signed in. Seconds. */
const longSession = 30 * day
/** Administrators who have not signed in for so long are perhaps not there any more. Seconds. */
const longAbsence = 90 * day

const ofInstallation = ({ installation }: Parts): readonly Risk[] => [
  ...installation
    .findings()
    .filter(({ level }) => level !== 'ok')
    .map(({ level, subject, text, fix = '' }): Risk => {
      const isOpen = level === 'error' || installation.url?.protocol === 'http:'
      return { code: subject.replaceAll(' ', '-'), severity: isOpen ? 'high' : 'medium', detail: text, fix }
    }),
  ...(installation.secretKeyIsMade
    ? [
        {
          code: 'secret-key-in-data-directory',
          severity: 'low',
          detail: 'The key that protects what is stored lies beside the database: who copies the one has the other',
          fix: 'hand the same key over by SLUICE_SECRET_KEY, and keep it apart from backups',
          about: {},
        } as const,
      ]
    : []),
]

const ofTokens = async ({ database }: Parts): Promise<readonly Risk[]> => {
  const rows = await database.sql.selectFrom('tokens').select(['id', 'bootstrap']).where('bootstrap', 'is not', null).execute()
  return rows.map((row) => ({
    code: 'bootstrap-token',
    severity: 'medium',
    detail: `${row.bootstrap} is in use: a token that may do everything and never ends`,
    fix: 'make a token with fewer scopes, and remove the option',
    about: { option: row.bootstrap ?? '' },
    link: { kind: 'tokens', id: row.id },
  }))
}

/** Texts at any depth of settings, with where they are. */
function* textsIn(value: unknown, path: readonly (string | number)[]): Generator<{ readonly text: string; readonly at: string }> {
  if (typeof value === 'string') yield { text: value, at: pathText(path) }
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* textsIn(inner, [...path, Array.isArray(value) ? Number(key) : key])
}

const isOpenAddress = (text: string): boolean => text.startsWith('http://') && URL.canParse(text) && !isLoopback(new URL(text).hostname)

const ofProviders = async ({ plane }: Parts): Promise<readonly Risk[]> =>
  (await plane.objects('providers')).flatMap(({ slug, spec }) =>
    [...textsIn(spec['with'], ['with'])]
      .filter(({ text }) => isOpenAddress(text))
      .map(({ text, at }) => ({
        code: 'unencrypted-address',
        severity: 'medium' as const,
        detail: `providers.${slug}.${at}: what is sent to ${text} can be read on the way`,
        fix: 'serve the application over https, and change its address here',
        about: { at: `providers.${slug}.${at}`, address: text },
        link: { kind: 'providers', id: slug },
      })),
  )

const ofFlows = ({ flows }: Snapshot): readonly Risk[] =>
  [...flows]
    .filter(([, { designation, sessionLifetime }]) => designation === 'authentication' && sessionLifetime > longSession)
    .map(([slug, { sessionLifetime }]) => ({
      code: 'long-session',
      severity: 'medium',
      detail: `flows.${slug}: a session lives ${Math.floor(sessionLifetime / day)} days`,
      fix: 'choose a shorter lifetime, 30 days at most',
      about: { flow: slug, days: Math.floor(sessionLifetime / day) },
      link: { kind: 'flows', id: slug },
    }))

const ofApplications = ({ applications }: Snapshot): readonly Risk[] =>
  [...applications.values()]
    .filter(({ access }) => !access)
    .map(({ slug, name }) => ({
      code: 'open-application',
      severity: 'low',
      detail: `Everybody who can sign in may open ${name}`,
      fix: 'say in `access` who may, if not everybody should',
      about: { name },
      link: { kind: 'applications', id: slug },
    }))

const ofObjects = async ({ plane }: Parts): Promise<readonly Risk[]> =>
  (await plane.broken()).map(({ path = [], message }) => ({
    code: 'out-of-use',
    severity: 'medium',
    detail: path.length > 0 ? `${pathText(path)}: ${message}` : message,
    fix: 'bring back what it needs, or change it',
    ...(path.length > 1 && { link: { kind: String(path[0]), id: String(path[1]) } }),
  }))

const ofPlugins = ({ catalog }: Parts): readonly Risk[] =>
  catalog.disabled.map(({ path, reason }) => ({
    code: 'disabled-plugin',
    severity: 'medium',
    detail: `${path}: ${reason}`,
    fix: 'put it right and start again, or remove it',
  }))

/** Of these users, those who were made before a moment (epoch ms) and have not signed in since. */
const absentSince = async ({ sql }: Database, ids: readonly string[], moment: number): Promise<readonly string[]> => {
  const rows = await sql
    .selectFrom('users')
    .select('id')
    .where('id', 'in', ids)
    .where('created_at', '<', moment)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('events')
            .select('events.id')
            .whereRef('events.user_id', '=', 'users.id')
            .where('events.id', '>=', firstIdAt(moment))
            .where('events.action', '=', 'login'),
        ),
      ),
    )
    .execute()
  return rows.map((row) => row.id)
}

const ofAdministrators = async ({ database, clock }: Parts, { roles }: Snapshot): Promise<readonly Risk[]> => {
  const mayAll = [...roles.values()].filter((role) => new Set(role.permissions.flatMap(matching)).size === permissions.length)
  const administrators = await holdersOf(
    database.sql,
    mayAll.map(({ slug }) => slug),
  )
  const absent = await absentSince(database, administrators, clock.now().getTime() - longAbsence * 1000)
  return [...(await userReferences(database.sql, absent)).values()].map(({ id, username }) => ({
    code: 'absent-administrator',
    severity: 'medium',
    detail: `${username} may do everything and has not signed in for ${longAbsence / day} days`,
    fix: 'disable the user, or take the role away',
    about: { username, days: longAbsence / day },
    link: { kind: 'users', id },
  }))
}

const ofJobs = async ({ database, clock }: Parts): Promise<readonly Risk[]> =>
  (await troublesOfJobs(database, clock.now().getTime())).map(({ count, ...trouble }) => ({
    ...trouble,
    severity: 'medium',
    about: { count },
  }))

const order = ['high', 'medium', 'low']

/** What is worth a look in how this installation is set up, the worst first. */
export const risksOf = async (parts: Parts, snapshot: Snapshot): Promise<readonly Risk[]> => {
  const found = [
    ...ofInstallation(parts),
    ...(await ofTokens(parts)),
    ...(await ofProviders(parts)),
    ...ofFlows(snapshot),
    ...(await ofObjects(parts)),
    ...ofPlugins(parts),
    ...(await ofAdministrators(parts, snapshot)),
    ...(await ofJobs(parts)),
    ...ofApplications(snapshot),
  ]
  return found.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
}
