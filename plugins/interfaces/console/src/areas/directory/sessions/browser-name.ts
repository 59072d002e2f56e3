const browsers = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['HeadlessChrome', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
  ['curl', 'curl'],
] as const
const systems = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const

const firstIn = (userAgent: string, names: readonly (readonly [string, string])[]): string | undefined =>
  names.find(([sign]) => userAgent.includes(sign))?.[1]

/** `Firefox · Windows`; what is not known stays as the browser calls itself. */
export const browserName = (userAgent: string): string => {
  const known = [firstIn(userAgent, browsers), firstIn(userAgent, systems)].filter((name) => name !== undefined)
  return known.length > 0 ? known.join(' · ') : userAgent.slice(0, 60)
}
