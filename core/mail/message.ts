import type { EmailSettings } from '../configuration/email-schema.ts'
import { type Mail, MailError } from './types.ts'

const address = /^[^\p{Cc}\s<>(),:;"@\\]{1,64}@[^\p{Cc}\s<>(),:;"@\\]{1,255}$/u

/** A message as it is handed on. Whatever could become a header or a recipient of its own is refused, not mended. Throws `MailError`. */
export const messageOf = ({ to, subject, text, html }: Mail, { from, fromName = '' }: EmailSettings) => {
  for (const [name, value] of [
    ['recipient', to],
    ['sender', from],
  ] as const)
    if (!address.test(value))
      throw new MailError(`the ${name} ${JSON.stringify(value.slice(0, 200))} is not one e-mail address; write it like ada@example.com`)
  for (const [name, value] of [
    ['subject', subject],
    ["sender's name", fromName],
  ] as const)
    if (/\p{Cc}/u.test(value)) throw new MailError(`the ${name} has line breaks or other control characters; leave them out`)
  return {
    // As objects: a text would be read as a list of addresses.
    from: { name: fromName, address: from },
    to: { name: '', address: to },
    subject,
    text,
    ...(html !== undefined && { html }),
  }
}
