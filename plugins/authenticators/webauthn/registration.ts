import type { RegistrationResponseJSON, VerifiedRegistrationResponse } from '@simplewebauthn/server'
import { ask, definePart, facts, type Json, msg, pass, type RequestView, retry, screen } from 'sluice/plugin'
import { isAttested } from './attestation.ts'
import { registrationIn } from './credential.ts'
import { library } from './library.ts'
import { modelOf } from './models.ts'
import { answer, type Answer, type Kept, type Uses } from './parts.ts'
import { challengeOf, handleOf, isUsable, originsOf, rpIdOf } from './party.ts'
import type { Settings } from './settings.ts'
import { longestId, unknownCredential } from './signals.ts'
import { isSound } from './sound-keys.ts'
import { descriptorsOf, type Stored } from './stored.ts'

/** COSE algorithms (RFC 9053), as we like them best: ES256, EdDSA, RS256. All authenticators know the first or the last. */
const algorithms = [-7, -8, -257]

type Registered = NonNullable<VerifiedRegistrationResponse['registrationInfo']>

/** What a new credential says, if it is signed as it should be, and was asked for by our page with our challenge. */
const registered = async (
  response: RegistrationResponseJSON,
  { challenge }: Kept,
  request: RequestView,
  settings: Settings,
): Promise<Registered | undefined> => {
  const { verifyRegistrationResponse } = await library()
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: originsOf(request, settings),
      expectedRPID: rpIdOf(request),
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    })
    if (!verified || !(await isSound(registrationInfo.credential.publicKey))) return undefined
    const size = Buffer.from(registrationInfo.credential.id, 'base64url').length
    return size > 0 && size <= longestId ? registrationInfo : undefined
  } catch {
    // Whatever is wrong with an answer, down to a byte that is missing, the library throws.
    return undefined
  }
}

/** Why the settings do not allow a device, for the log. */
const refused = async ({ aaguid, attestationObject }: Registered, settings: Settings, at: Date): Promise<string | undefined> => {
  const { allowedDevices, rootCertificates } = settings
  if (allowedDevices.length > 0 && !allowedDevices.some((one) => one.toLowerCase() === aaguid))
    return 'its model is not among those allowed'
  if (rootCertificates.length === 0 || (await isAttested(attestationObject, rootCertificates, at))) return undefined
  return 'its attestation leads to none of the root certificates'
}

/** Sets a passkey or a security key up (WebAuthn Level 3 §7.1). */
export const enrol = definePart<Settings, Answer, Kept, Uses>({
  answer,

  async show({ request, settings, kept, devices, need, use }) {
    const title = msg('webauthn.enrol.title')
    if (!isUsable(request)) return ask(screen(title, { node: 'text', tone: 'warn', text: msg('webauthn.unusable') }))
    const { id, username } = need(facts.user)
    const { attachment, attestation, residentKey, timeout, userVerification } = settings
    const rpId = rpIdOf(request)
    const keep = challengeOf(kept)
    // Somebody who is about to get an account may not be in the directory yet.
    const displayName = (await use.users.get(id))?.name || username
    const options: Readonly<Record<string, Json>> = {
      challenge: keep.challenge,
      rp: { id: rpId, name: rpId },
      user: { id: handleOf(id), name: username, displayName },
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
      timeout: timeout * 1000,
      attestation,
      excludeCredentials: descriptorsOf(devices),
      authenticatorSelection: {
        residentKey,
        // What browsers that do not know the former go by (WebAuthn §5.4.4).
        requireResidentKey: residentKey === 'required',
        userVerification,
        ...(attachment !== 'any' && { authenticatorAttachment: attachment }),
      },
    }
    const node = { node: 'webauthn', name: 'credential', does: 'create', options, label: msg('webauthn.enrol.button') } as const
    return ask(screen(title, { node: 'text', text: msg('webauthn.enrol.text') }, node), { keep })
  },

  async submit({ request, settings, kept, need, use }, { credential }) {
    const sent = registrationIn(credential)
    // The device keeps what it made, and would offer it for ever.
    const not = async (why: string) => retry({ '': msg(why) }, sent ? await unknownCredential({ request, use }, sent.credential.id) : {})
    const found = sent && kept && (await registered(sent.credential, kept, request, settings))
    if (!found) return not('webauthn.not-added')
    if (settings.userVerification === 'required' && !found.userVerified) return not('webauthn.unverified')
    const why = await refused(found, settings, request.at)
    if (why) {
      use.log.info({ aaguid: found.aaguid, format: found.fmt, why }, 'a passkey was refused')
      return not('webauthn.not-allowed')
    }
    const { id, publicKey, counter } = found.credential
    const data: Stored = {
      credential: id,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      transports: sent.transports,
      aaguid: found.aaguid,
      deviceType: found.credentialDeviceType,
      backedUp: found.credentialBackedUp,
      userVerified: found.userVerified,
    }
    const add = use.devices.add(need(facts.user).id, { name: modelOf(found.aaguid) ?? 'Passkey', data, key: id })
    return pass({ proof: found.userVerified ? 'passkey' : 'security-key', do: [add] })
  },
})
