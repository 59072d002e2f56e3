/** A signal as it is sent to other replicas. `from` tells one's own. */
export type Sent = { readonly from: string; readonly topic: string; readonly text: string }

/** `undefined` for what is no signal. */
export const readSent = (message: string): Sent | undefined => {
  try {
    const sent = JSON.parse(message) as Partial<Sent> | null
    const { from, topic, text } = sent ?? {}
    return typeof from === 'string' && typeof topic === 'string' && typeof text === 'string' ? { from, topic, text } : undefined
  } catch {
    return undefined
  }
}
