import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { openDatabase } from '../../core/data/database.ts'
import { type MailServer, readable } from './smtp.ts'

export type MailedCodes = readonly { readonly to: string; readonly text: string; readonly code: string }[]

/** Codes that were mailed since there were `count` mails, when nothing waits to be sent any more. */
export async function codesMailed(
  mail: Pick<MailServer, 'received'>,
  count: number,
  open: () => ReturnType<typeof openDatabase>,
): Promise<MailedCodes> {
  const database = await open()
  try {
    for (let tries = 0; ; tries++) {
      const waiting = await database.sql.selectFrom('jobs').select('id').where('kind', '=', 'code-mail').execute()
      if (waiting.length === 0) break
      assert.ok(tries < 300, 'the code is not sent')
      await delay(50)
    }
  } finally {
    await database.close()
  }
  return mail.received.slice(count).flatMap((message) => {
    const text = readable(message)
    const code = /^(\d{6}|\d{8})\r?$/m.exec(text)?.[1]
    return code === undefined ? [] : [{ to: message.to.join(), text, code }]
  })
}
