import type { AuthenticationResponseJSON, VerifiedAuthenticationResponse } from '@simplewebauthn/server'
import { type Device, type Json, type Message, msg, type Outcome, retry, type Signal } from 'sluice/plugin'
import { library } from './library.ts'
import type { Context, Kept } from './parts.ts'
import { handleOf, originsOf, rpIdOf } from './party.ts'
import { unknownCredential } from './signals.ts'
import { type Stored, storedOf } from './stored.ts'

/**
 * A key like any other: the generator of P-256 (SEC 2 §2.4.2), as COSE_Key. Who names a passkey that nobody has is checked against it, and is as wrong
 * as whoever signs badly, after the same work.
 */
const nobodys = [
  'a5010203262001215820',
  '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  '225820',
  '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
].join('')

/** What asks for a passkey, for `verify` and `identify` (`PublicKeyCredentialRequestOptionsJSON`). */
export const requestOptions = (
  { request, settings: { timeout, userVerification } }: Pick<Context, 'request' | 'settings'>,
  { challenge }: Kept,
  allowCredentials: readonly Json[],
): Readonly<Record<string, Json>> => ({ challenge, rpId: rpIdOf(request), timeout: timeout * 1000, userVerification, allowCredentials })

/** What the authenticator says, if it is signed by this key, and was asked for by our page with our challenge. */
const signed = async (
  response: AuthenticationResponseJSON,
  publicKey: Buffer,
  { challenge }: Kept,
  { request, settings }: Context,
): Promise<VerifiedAuthenticationResponse['authenticationInfo'] | undefined> => {
  const { verifyAuthenticationResponse } = await library()
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: originsOf(request, settings),
      expectedRPID: rpIdOf(request),
      // The library looks at the counter before it has looked at the signature: anybody could say any number. It is compared below.
      credential: { id: response.id, publicKey: new Uint8Array(publicKey), counter: 0 },
      requireUserVerification: false,
    })
    return verified ? authenticationInfo : undefined
  } catch {
    // Whatever is wrong with an answer, down to a byte that is missing, the library throws.
    return undefined
  }
}

type Wrong = { readonly wrong: Message; readonly signals?: readonly Signal[] }
/** What an answer comes to. */
export type Examined = { readonly device: Device<any>; readonly proof: 'passkey' | 'security-key' } | Wrong

export const wrongly = ({ wrong, signals }: Wrong): Outcome<never> => retry({ '': wrong }, signals ? { signals } : {})

/** For all that is no proof: what exactly is wrong is nobody's business. That a passkey is unknown is told to the browser, for nobody else's sake. */
const wrong: Wrong = { wrong: msg('webauthn.wrong') }

/**
 * Is this a proof by a device (WebAuthn Level 3 §7.2)? Then its use is noted, at once: of any number of parallel answers of one device one is right.
 * Whether a passkey may be on several devices never changes (step 18).
 * `find`: the device of a credential's id. `needsHandle`: the answer must say whose it is; another's it may never be.
 */
export const examine = async (
  ctx: Context,
  response: AuthenticationResponseJSON | undefined,
  how: { find(id: string): Promise<Device<any> | undefined> | Device<any> | undefined; readonly needsHandle: boolean },
): Promise<Examined> => {
  const { kept, settings, use } = ctx
  if (!response || !kept) return wrong
  const device = await how.find(response.id)
  const stored = device && storedOf(device)
  const key = stored ? Buffer.from(stored.publicKey, 'base64url') : Buffer.from(nobodys, 'hex')
  const said = await signed(response, key, kept, ctx)
  if (!said || !device || !stored) return { ...wrong, ...(await unknownCredential(ctx, response.id)) }

  const { userHandle } = response.response
  if (userHandle === undefined ? how.needsHandle : userHandle !== handleOf(device.userId)) return wrong
  // From here on it is somebody who has the device, so they may know more.
  if (settings.userVerification === 'required' && !said.userVerified) return { wrong: msg('webauthn.unverified') }
  const counts = said.newCounter > 0 || stored.counter > 0
  if (counts && said.newCounter <= stored.counter) {
    const counters = { expected: stored.counter + 1, counter: said.newCounter }
    use.log.warn({ user: device.userId, device: device.id, ...counters }, 'a passkey counts backwards: it was copied, and is refused')
    return { wrong: msg('webauthn.copied') }
  }
  if (said.credentialDeviceType !== stored.deviceType) {
    const types = { expected: stored.deviceType, type: said.credentialDeviceType }
    use.log.warn({ user: device.userId, device: device.id, ...types }, 'a passkey changed whether it may be copied, and is refused')
    return { wrong: msg('webauthn.copied') }
  }
  const now: Stored = {
    ...stored,
    counter: said.newCounter,
    backedUp: said.credentialBackedUp,
    userVerified: stored.userVerified || said.userVerified,
  }
  if (!(await use.devices.use(device, now))) return wrong
  return { device, proof: said.userVerified ? 'passkey' : 'security-key' }
}
