// `npm run screenshots -- FOLDER [NAME…]`: a picture of every page of a real server, in light and dark, as on a desktop and on a phone.
// `npm run screenshots -- --docs`: those of the documentation, in `docs/images`.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closeBrowser, type Look, visit } from './kit/browser.ts'
import { type StationName, stationNames, stations } from './journeys/stations.ts'

type Clip = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
type Picture = { readonly station: StationName; readonly path: string; readonly look: Look; readonly clip?: Clip }

const looks = [
  { width: 1440, dark: false, locale: 'en' },
  { width: 1440, dark: true, locale: 'de' },
  { width: 390, dark: false, locale: 'de' },
  { width: 390, dark: true, locale: 'en' },
]

const every = (folder: string, names: readonly string[]): readonly Picture[] =>
  stationNames
    .filter((station) => names.length === 0 || names.includes(station))
    .flatMap((station) =>
      looks.map((look) => ({
        station,
        look,
        path: join(folder, `${station}-${look.width}${look.dark ? '-dark' : ''}-${look.locale}.png`),
      })),
    )

/** The card of the sign-in page with some of what is around it. */
const documented = (folder: string): readonly Picture[] =>
  [false, true].map((dark) => ({
    station: 'sign-in-at-application',
    path: join(folder, `sign-in${dark ? '-dark' : ''}.png`),
    look: { width: 1440, dark },
    clip: { x: 320, y: 200, width: 800, height: 500 },
  }))

async function take(pictures: readonly Picture[]): Promise<void> {
  const { all, close } = await stations()
  try {
    for (const { station, path, look, clip } of pictures) {
      const { page, close: leave } = await visit(look)
      await all[station].reach(page)
      await page.screenshot({ path, ...(clip ? { clip } : { fullPage: true }) })
      await leave()
      process.stdout.write(`${path}\n`)
    }
  } finally {
    await closeBrowser()
    await close()
  }
}

const [first, ...names] = process.argv.slice(2)
if (first === undefined) {
  process.stderr.write('Say where the pictures go: npm run screenshots -- FOLDER [NAME…]\n')
  process.exitCode = 2
} else {
  const folder = first === '--docs' ? fileURLToPath(new URL('../docs/images', import.meta.url)) : first
  mkdirSync(folder, { recursive: true })
  await take(first === '--docs' ? documented(folder) : every(folder, names))
}
