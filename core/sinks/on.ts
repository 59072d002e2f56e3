/** Events about deliveries: delivered, they would lead to others of their kind without end. */
const aboutSinks = 'sink.'

/** Does a sink with these patterns (an action, `user.*`, `*`) get events of an action? */
export const isDelivered = (on: readonly string[]): ((action: string) => boolean) => {
  const whole = new Set(on)
  const beginnings = on.filter((pattern) => pattern.endsWith('.*')).map((pattern) => pattern.slice(0, -1))
  return (action) =>
    !action.startsWith(aboutSinks) && (whole.has('*') || whole.has(action) || beginnings.some((beginning) => action.startsWith(beginning)))
}
