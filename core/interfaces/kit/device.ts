const browsers = [
  ['Edge', /\bEdg(?:A|iOS)?\/(\d{1,4})/],
  ['Opera', /\bOPR\/(\d{1,4})/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d{1,4})/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d{1,4})/],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS)\/(\d{1,4})/],
  ['Safari', /\bVersion\/(\d{1,4}).*\bSafari\//],
] as const
const systems = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const

export type Device = { readonly browser?: string; readonly system?: string; readonly isMobile: boolean }

/** What a `User-Agent` says, as people call it. Anybody may send any: it is a hint, not a proof. */
export const deviceOf = (userAgent: string): Device => {
  const browser = browsers.find(([, pattern]) => pattern.test(userAgent))
  const system = systems.find(([, pattern]) => pattern.test(userAgent))?.[0]
  return {
    ...(browser && { browser: `${browser[0]} ${browser[1].exec(userAgent)?.[1] ?? ''}`.trim() }),
    ...(system && { system }),
    isMobile: /\bMobile\b|\b(?:iPhone|iPad|Android)\b/.test(userAgent),
  }
}
