/** One message to one person. */
export type Mail = {
  /** One address, without a name. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
}

export type Mailer = {
  /**
   * Hands a message to the mail server; resolves with what the server said.
   * @throws MailError with what to do about it
   */
  send(mail: Mail): Promise<{ readonly response: string }>
}

/** A message that was not taken: what happened, as the mail server or the connection tells it, and what to do. Holds no secret. */
export class MailError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MailError'
  }
}
