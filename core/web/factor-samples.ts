import { type Messages, msg, screen, type Screen } from '../api/index.ts'

/** Sample pages of second factors and passkeys. */
export const factorTexts: Messages = {
  en: {
    'sample.app': 'Set up your authenticator app',
    'sample.app-text': 'Scan the code with your app, then enter the six digits that it shows.',
    'sample.app-code': 'QR code for your authenticator app; the key below is the same as text',
    'sample.app-key': 'Or type in this key',
    'sample.later': 'Do this later',
    'sample.codes': 'Keep your backup codes',
    'sample.codes-text': 'Each of them signs you in once, where your other factors are out of reach.',
    'sample.codes-save': 'Save as a file',
    'sample.codes-kept': 'I have kept these codes',
    'sample.passkey-title': 'Confirm that it is you',
    'sample.passkey': 'Sign in with a passkey',
    'sample.passkey-use': 'Use a passkey',
    'sample.passkey-create': 'Create a passkey',
    'sample.passkey-text': 'Your device will ask for your fingerprint, your face or its PIN.',
    'sample.passkey-name': 'Name of the passkey',
    'sample.passkey-wrong': 'This passkey is not known here.',
    'sample.another': 'Use another method',
    'sample.back': 'Back',
  },
  de: {
    'sample.app': 'Authenticator-App einrichten',
    'sample.app-text': 'Scannen Sie den Code mit Ihrer App und geben Sie die sechs Ziffern ein, die sie anzeigt.',
    'sample.app-code': 'QR-Code für Ihre Authenticator-App; der Schlüssel darunter ist dasselbe als Text',
    'sample.app-key': 'Oder tippen Sie diesen Schlüssel ab',
    'sample.later': 'Später erledigen',
    'sample.codes': 'Bewahren Sie Ihre Backup-Codes auf',
    'sample.codes-text': 'Jeder davon meldet Sie einmal an, wenn Ihre anderen Faktoren nicht zur Hand sind.',
    'sample.codes-save': 'Als Datei speichern',
    'sample.codes-kept': 'Ich habe diese Codes aufbewahrt',
    'sample.passkey-title': 'Bestätigen Sie, dass Sie es sind',
    'sample.passkey': 'Mit einem Passkey anmelden',
    'sample.passkey-use': 'Passkey verwenden',
    'sample.passkey-create': 'Passkey anlegen',
    'sample.passkey-text': 'Ihr Gerät fragt nach Ihrem Fingerabdruck, Ihrem Gesicht oder seiner PIN.',
    'sample.passkey-name': 'Name des Passkeys',
    'sample.passkey-wrong': 'Dieser Passkey ist hier nicht bekannt.',
    'sample.another': 'Andere Methode verwenden',
    'sample.back': 'Zurück',
  },
}

export const appUri =
  'otpauth://totp/Sluice:ada.lovelace%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Sluice&algorithm=SHA1&digits=6&period=30'

const app = screen(
  msg('sample.app'),
  { node: 'text', tone: 'muted', text: msg('sample.app-text') },
  {
    node: 'qr',
    text: appUri,
    label: msg('sample.app-code'),
  },
  { node: 'copy', label: msg('sample.app-key'), value: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP' },
  { node: 'field', input: 'code', name: 'code', label: msg('sample.code'), required: true },
  { node: 'button', label: msg('sample.continue') },
  { node: 'button', label: msg('sample.later'), name: 'way', value: 'later', kind: 'link', skips: true },
)

export const sampleCodes: readonly string[] = [
  'k7qf-2m9x',
  'r4wd-8hz3',
  'v6bn-1ctj',
  'p9gx-5kye',
  'h2sm-7rqa',
  'd8jt-4vwf',
  'z3yc-6npb',
  'q5ke-9dxg',
]
/** With what an address would take for something else. */
export const sampleFile = `Sluice · ada & bob <#1>, 100 %\n${sampleCodes.join('\n')}\n`

const codes = screen(
  msg('sample.codes'),
  { node: 'text', text: msg('sample.codes-text') },
  { node: 'codes', items: sampleCodes },
  { node: 'download', label: msg('sample.codes-save'), name: 'backup-codes.txt', text: sampleFile },
  { node: 'field', input: 'check', name: 'kept', label: msg('sample.codes-kept'), required: true },
  { node: 'button', label: msg('sample.continue') },
)

const challenge = 'dGhpcy1pcy1ub3QtYS1jaGFsbGVuZ2UhISE'
const get = { challenge, rpId: 'localhost', userVerification: 'preferred', timeout: 60_000 }

/** A user name, a password, or a passkey by autofill. */
const conditional = screen(
  msg('sample.sign-in'),
  { node: 'field', input: 'text', name: 'identifier', label: msg('sample.identifier'), autocomplete: 'username webauthn', required: true },
  { node: 'field', input: 'password', name: 'password', label: msg('sample.password'), required: true },
  { node: 'button', label: msg('sample.sign-in') },
  { node: 'webauthn', name: 'passkey', does: 'get', options: get, label: msg('sample.passkey'), conditional: true },
)

const factor = (more: { readonly start?: true; readonly rpId?: string } = {}): Screen => {
  const { start = false, rpId = get.rpId } = more
  return screen(
    msg('sample.passkey-title'),
    { node: 'text', text: msg('sample.passkey-text') },
    { node: 'webauthn', name: 'passkey', does: 'get', options: { ...get, rpId }, label: msg('sample.passkey-use'), start },
    { node: 'button', label: msg('sample.another'), name: 'way', value: 'other', kind: 'link', skips: true },
    {
      node: 'signals',
      items: [{ call: 'unknown-credential', options: { rpId: 'localhost', credentialId: 'bm9uZQ' } }],
    },
  )
}

/** Of an authenticator that no passkey is created on, since it has one already. */
export const takenCredential = 'dGFrZW4tY3JlZGVudGlhbA'

const create = screen(
  msg('sample.passkey-create'),
  { node: 'text', text: msg('sample.passkey-text') },
  { node: 'field', input: 'text', name: 'name', label: msg('sample.passkey-name'), value: 'Laptop' },
  {
    node: 'webauthn',
    name: 'passkey',
    does: 'create',
    label: msg('sample.passkey-create'),
    options: {
      challenge,
      rp: { id: 'localhost', name: 'Sluice' },
      user: { id: 'YWRh', name: 'ada', displayName: 'Ada Lovelace' },
      pubKeyCredParams: [
        { type: 'public-key', alg: -8 },
        { type: 'public-key', alg: -7 },
        { type: 'public-key', alg: -257 },
      ],
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      excludeCredentials: [{ type: 'public-key', id: takenCredential }],
      timeout: 60_000,
    },
  },
  { node: 'button', label: msg('sample.back'), name: 'way', value: 'back', kind: 'link', skips: true },
)

const user = { username: 'ada.lovelace@example.com', notYou: '/if/flow/redirect/' }
export const factorPages = {
  'authenticator-app': { screen: app, user },
  'backup-codes': { screen: codes },
  'passkey-autofill': { screen: conditional, application: { name: 'Flask demo' } },
  passkey: { screen: factor(), user },
  'passkey-at-once': { screen: factor({ start: true }), user },
  'passkey-refused': { screen: factor({ start: true }), user, errors: { passkey: msg('sample.passkey-wrong') } },
  'passkey-elsewhere': { screen: factor({ rpId: 'id.example.com' }), user },
  'passkey-create': { screen: create, user },
}
