import { createHash } from 'node:crypto'
import type { EmailSettings } from '../configuration/email-schema.ts'
import { measure } from '../observe/work.ts'
import { openTransport, type Transport } from './transport.ts'
import { MailError, type Mailer } from './types.ts'

export const noMailServer = 'there is no mail server; write settings.email: its host, its user name and password, and the sender'

/** Names what a connection depends on, the password too. */
const keyOf = (settings: EmailSettings): string =>
  createHash('sha256')
    .update(JSON.stringify([settings, settings.password?.reveal()]))
    .digest('base64url')

/** Sends by the mail server that the configuration names now; connections are kept as long as it does. */
export const createMailer = (current: () => EmailSettings | undefined): Mailer & { close(): void } => {
  let open: { readonly key: string; readonly transport: Transport } | undefined
  const close = () => {
    open?.transport.close()
    open = undefined
  }
  return {
    async send(mail) {
      const settings = current()
      if (!settings) {
        close()
        throw new MailError(noMailServer)
      }
      const key = keyOf(settings)
      if (open?.key !== key) {
        close()
        open = { key, transport: openTransport(settings, { pool: true }) }
      }
      const { transport } = open
      return measure('mail', '', () => transport.send(mail))
    },
    close,
  }
}
