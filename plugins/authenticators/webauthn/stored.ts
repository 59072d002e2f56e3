import { type Device, type Json, type Message, msg } from 'sluice/plugin'
import { modelOf } from './models.ts'
import type { Transport } from './credential.ts'

/** What is kept of a passkey. Bytes are in base64url. */
export type Stored = {
  /** The credential's id, which is also the device's key. */
  readonly credential: string
  /** COSE_Key (RFC 9052 §7). */
  readonly publicKey: string
  /** Of signatures; 0 where the authenticator counts none, as those do that sync. */
  readonly counter: number
  readonly transports: readonly Transport[]
  /** The model, as the device says; zeros where it does not. */
  readonly aaguid: string
  /** May it be on several devices? */
  readonly deviceType: 'singleDevice' | 'multiDevice'
  /** Is it kept somewhere else, too? */
  readonly backedUp: boolean
  /** Has its device ever checked who uses it? */
  readonly userVerified: boolean
}

export const storedOf = ({ data }: Pick<Device<any>, 'data'>): Stored => data as Stored

/** Credentials as browsers want them listed (`PublicKeyCredentialDescriptorJSON`). */
export const descriptorsOf = (devices: readonly Device<any>[]): readonly Json[] =>
  devices.map(storedOf).map(({ credential, transports }) => ({
    type: 'public-key',
    id: credential,
    ...(transports.length > 0 && { transports }),
  }))

/** What lists say of a passkey beside its name, which its owner may have changed. */
export const describe = (device: Device<any>): Message => {
  const { aaguid, backedUp } = storedOf(device)
  const model = modelOf(aaguid)
  if (model === undefined) return msg(backedUp ? 'webauthn.device.synced' : 'webauthn.device.bound')
  return msg(backedUp ? 'webauthn.device.synced-by' : 'webauthn.device.bound-to', { model })
}
