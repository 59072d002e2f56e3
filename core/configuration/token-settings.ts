import Type from 'typebox'
import { durationHint, durationPattern, durationSeconds } from '../api/duration.ts'

const day = 86_400

/** What tokens may last, in seconds: the bounds that providers keep to, too. */
const bounds = {
  accessToken: { from: 10, to: day, words: '10s to 1d' },
  idToken: { from: 10, to: day, words: '10s to 1d' },
  refreshToken: { from: 60, to: 365 * day, words: '1m to 365d' },
  code: { from: 5, to: 600, words: '5s to 10m' },
} as const
type Name = keyof typeof bounds

/** Seconds that an access or ID token may last at most, whatever is configured. */
export const longestAccessToken = bounds.accessToken.to

const duration = (name: Name, title: string, description: string) =>
  Type.Optional(
    Type.String({ title, description: `${description} ${bounds[name].words}.`, pattern: durationPattern, 'x-hint': durationHint }),
  )

/** The section `tokens` of settings: what holds for providers that say nothing. */
export const tokensSchema = Type.Object({
  accessToken: duration('accessToken', 'Access tokens', 'How long they last; 10m where nothing is said.'),
  idToken: duration('idToken', 'ID tokens', 'How long they last; 10m where nothing is said.'),
  refreshToken: duration(
    'refreshToken',
    'Refresh tokens',
    'How long after a sign-in an application may go on refreshing before it sends the user here again; 30d where nothing is said.',
  ),
  code: duration('code', 'Authorization codes', 'Within what time an application must redeem one; 60s where nothing is said.'),
})

/** In seconds. */
export type TokenLifetimes = { readonly [N in Name]?: number }

/** Seconds of each lifetime that is written, and what is too short or too long. */
export const tokenLifetimes = (
  written: Type.Static<typeof tokensSchema>,
): { readonly lifetimes: TokenLifetimes; readonly problems: readonly { readonly name: string; readonly message: string }[] } => {
  const lifetimes: { [N in Name]?: number } = {}
  const problems: { name: string; message: string }[] = []
  for (const name of Object.keys(bounds) as Name[]) {
    const { [name]: text } = written
    if (text === undefined) continue
    const seconds = durationSeconds(text)
    const { from, to, words } = bounds[name]
    if (seconds < from || seconds > to)
      problems.push({ name, message: `"${text}" is too ${seconds < from ? 'short' : 'long'}; it may be ${words}` })
    else lifetimes[name] = seconds
  }
  return { lifetimes, problems }
}
