// `npm run screenshots -- FOLDER [NAME…]`: a picture of every page of a real server, in light and dark, as on a desktop and on a phone.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { closeBrowser, type Look, visit } from './kit/browser.ts'
import { stationNames, stations } from './journeys/stations.ts'

const [folder, ...names] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('Say where the pictures go: npm run screenshots -- FOLDER [NAME…]\n')
  process.exit(2)
}
mkdirSync(folder, { recursive: true })

const looks: readonly Required<Omit<Look, 'javaScript'>>[] = [
  { width: 1440, dark: false, locale: 'en' },
  { width: 1440, dark: true, locale: 'de' },
  { width: 390, dark: false, locale: 'de' },
  { width: 390, dark: true, locale: 'en' },
]

const { all, close } = await stations()
try {
  for (const name of stationNames.filter((station) => names.length === 0 || names.includes(station))) {
    for (const look of looks) {
      const { page, close: leave } = await visit(look)
      await all[name].reach(page)
      const path = join(folder, `${name}-${look.width}${look.dark ? '-dark' : ''}-${look.locale}.png`)
      await page.screenshot({ path, fullPage: true })
      await leave()
      process.stdout.write(`${path}\n`)
    }
  }
} finally {
  await closeBrowser()
  await close()
}
