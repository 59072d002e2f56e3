import type { Json, Message } from './base.ts'

/** What a page shows, as data. Core renders it as HTML that works without JavaScript; JSON clients get it as it is. */
export type Screen = { readonly title: Message; readonly nodes: readonly Node[] }

type Named = { readonly node: 'field'; readonly name: string; readonly label: Message; readonly help?: Message }
type Option = { readonly value: string; readonly label: Message }

/** One input. Its `name` is a property of the stage's `answer`. */
export type Field =
  | (Named & {
      readonly input: 'text' | 'email' | 'password' | 'code' | 'number' | 'date' | 'textarea'
      readonly value?: string
      readonly required?: boolean
      /** HTML's autofill token, e.g. `username` or `current-password`. */
      readonly autocomplete?: string
    })
  | (Named & { readonly input: 'check'; readonly checked?: boolean; readonly required?: boolean })
  | (Named & {
      readonly input: 'select' | 'radio'
      readonly options: readonly Option[]
      readonly value?: string
      readonly required?: boolean
    })
  | { readonly node: 'field'; readonly name: string; readonly input: 'hidden'; readonly value: string }

/**
 * A field that the browser's WebAuthn API fills in (W3C WebAuthn Level 3). The answer's `name` is the credential as JSON text
 * (`PublicKeyCredential.toJSON()`); the page submits itself with it, whatever its other fields hold. It needs JavaScript, so a page should offer
 * another way beside it; without one it says that this way needs JavaScript.
 */
export type WebAuthn = {
  readonly node: 'webauthn'
  readonly name: string
  /** `create` registers a credential, `get` asks for one. */
  readonly does: 'create' | 'get'
  /** `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`, with its `challenge`. */
  readonly options: { readonly [key: string]: Json }
  /** Of its button. */
  readonly label: Message
  /** Only of `get`: offers passkeys in the autofill of a text field whose `autocomplete` contains `webauthn`, beside its button. At most once a page. */
  readonly conditional?: boolean
  /** Asks the browser as soon as the page is shown: once, and not on a page that shows an error. At most once a page. */
  readonly start?: boolean
}

/** What the browser tells its passkey providers (WebAuthn Level 3 §5.1.10), e.g. to forget a passkey that was removed here. */
export type Signal = {
  readonly call: 'unknown-credential' | 'all-accepted-credentials' | 'current-user-details'
  /** What the method takes, e.g. `{ rpId, credentialId }`. */
  readonly options: { readonly [key: string]: Json }
}

/** The vocabulary is closed, so that every client can render every page. */
export type Node =
  | Field
  | WebAuthn
  | { readonly node: 'text'; readonly text: Message; readonly tone?: 'plain' | 'muted' | 'warn' | 'error' }
  | { readonly node: 'list'; readonly items: readonly { readonly text: Message; readonly detail?: Message; readonly href?: string }[] }
  /** Labelled values, e.g. what a refused request sent. */
  | { readonly node: 'values'; readonly items: readonly { readonly label: Message; readonly value: string }[] }
  /** Submits the form. With a `name`, the answer says which button it was; the first button is what Enter presses. */
  | {
      readonly node: 'button'
      readonly label: Message
      readonly name?: string
      readonly value?: string
      /** `link` looks like a link: for ways aside, e.g. another method. */
      readonly kind?: 'primary' | 'secondary' | 'link'
      /** Submits without looking at the fields: for another way, or to go back. Never what Enter presses, so not the first button of a form. */
      readonly skips?: true
    }
  | { readonly node: 'link'; readonly label: Message; readonly href: string }
  /** A QR code of `text`, 2,331 bytes at most. `label`: what it is, for whoever cannot see it. */
  | { readonly node: 'qr'; readonly text: string; readonly label: Message }
  /** Text to be taken elsewhere, e.g. a secret key, with a button that copies it where JavaScript runs. */
  | { readonly node: 'copy'; readonly label: Message; readonly value: string }
  /** A text file that the browser saves, without JavaScript too. `name`: e.g. `backup-codes.txt`. */
  | { readonly node: 'download'; readonly label: Message; readonly name: string; readonly text: string }
  /** Codes to be kept, each on its own. */
  | { readonly node: 'codes'; readonly items: readonly string[] }
  /** Shows nothing: tells the browser's passkey providers where the browser knows how, and does not mind where they fail. */
  | { readonly node: 'signals'; readonly items: readonly Signal[] }

export const screen = (title: Message, ...nodes: readonly Node[]): Screen => ({ title, nodes })
