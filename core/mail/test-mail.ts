import type { Mail } from './types.ts'

/** What is sent to find out whether mail arrives; in both languages, since nobody knows who reads it. */
export const testMail = (to: string): Mail => ({
  to,
  subject: 'Test message / Testnachricht',
  text: [
    'This is a test message of your identity provider. If you read it, sending e-mail works.',
    'Dies ist eine Testnachricht Ihres Anmeldedienstes. Wenn Sie sie lesen, funktioniert der Versand von E-Mails.',
    '',
  ].join('\n\n'),
})
