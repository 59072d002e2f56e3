/** What `sluice doctor` says about one thing. A warning is worth a look, an error stops the server or makes it unsafe. */
export type Finding = {
  readonly level: 'ok' | 'warning' | 'error'
  readonly subject: string
  readonly text: string
  /** What to do about it. */
  readonly fix?: string
}
