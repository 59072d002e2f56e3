import { isIP } from 'node:net'
import { randomBytes } from 'node:crypto'
import type { RequestView } from 'sluice/plugin'
import type { Kept } from './parts.ts'
import type { Settings } from './settings.ts'

/** 32 random bytes (WebAuthn §13.4.3 wants 16 at least). */
const newChallenge = (): string => randomBytes(32).toString('base64url')

/** What was kept, else a challenge of its own: a page that is shown again asks the same. */
export const challengeOf = (kept: Kept | undefined): Kept => ({ challenge: kept?.challenge ?? newChallenge() })

/** The relying party's id: passkeys belong to a host name, whatever its port. */
export const rpIdOf = ({ origin }: Pick<RequestView, 'origin'>): string => new URL(origin).hostname

/** Origins whose pages may ask for passkeys, as browsers write them. */
export const originsOf = ({ origin }: Pick<RequestView, 'origin'>, { relatedOrigins }: Settings): string[] => [origin, ...relatedOrigins]

/** What browsers ask for where a page of another origin wants a passkey of ours (WebAuthn Level 3 §5.11.1); undefined where none may. */
export const relatedOriginsOf = (settings: Settings, request: Pick<RequestView, 'origin'>): { readonly origins: string[] } | undefined =>
  settings.relatedOrigins.length > 0 ? { origins: originsOf(request, settings) } : undefined

/** Browsers know passkeys on pages that nobody can have changed on their way, and for names only: never for an IP address. */
export const isUsable = ({ origin }: Pick<RequestView, 'origin'>): boolean => {
  const { protocol, hostname } = new URL(origin)
  if (isIP(hostname) !== 0 || hostname.startsWith('[')) return false
  return protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost')
}

/** How authenticators know a user (`user.id`): the 16 bytes of the UUID, which say nothing of who it is (WebAuthn §14.6.1). In base64url. */
export const handleOf = (userId: string): string => Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url')
