import { deviceOf, t } from 'sluice/interface'

/** What somebody is signed in at, as people call it: `Firefox 140 on Windows`. */
export const deviceName = ({ userAgent }: { readonly userAgent: string }): string => {
  const { browser, system } = deviceOf(userAgent)
  if (browser && system) return t('portal.sessions.on', { browser, system })
  return browser ?? system ?? (userAgent || t('portal.sessions.unknown'))
}
