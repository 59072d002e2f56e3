import { deviceOf } from 'sluice/interface'

/** `Firefox 140 · Windows`; what is not known stays as the browser calls itself. */
export const browserName = (userAgent: string): string => {
  const { browser, system } = deviceOf(userAgent)
  return [browser, system].filter((name) => name !== undefined).join(' · ') || userAgent.slice(0, 60)
}
