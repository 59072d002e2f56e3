// `npm run screenshots -- FOLDER [NAME…]`: a picture of every page of real servers, in light and dark, as on a desktop and on a phone; of those
// whose names begin with one of NAMEs, where any is said. Pages of interfaces are called after them: `console-users`.
// `npm run screenshots -- --docs`: those of the documentation, in `docs/images`.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { closeBrowser, type Look, visit } from './kit/browser.ts'
import { consolePlaces } from './kit/walk/console.ts'
import { openHouse } from './kit/walk/house.ts'
import { enter, goTo, type Interface, type Place, sayIn } from './kit/walk/place.ts'
import { portalPlaces } from './kit/walk/portal.ts'
import { stationNames, stations } from './journeys/stations.ts'

type Clip = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
/** A page that there can be a picture of, and the way there in a fresh browser. */
type Sight = { readonly name: string; readonly onPhone?: true; reach(page: Page, look: Look): Promise<unknown> }
type Picture = { readonly sight: Sight; readonly path: string; readonly look: Look; readonly clip?: Clip }

const looks = [
  { width: 1440, dark: false, locale: 'en' },
  { width: 1440, dark: true, locale: 'de' },
  { width: 390, dark: false, locale: 'de' },
  { width: 390, dark: true, locale: 'en' },
]

const every = (sights: readonly Sight[], folder: string, names: readonly string[]): readonly Picture[] =>
  sights
    .filter(({ name }) => names.length === 0 || names.some((wanted) => name.startsWith(wanted)))
    .flatMap((sight) =>
      looks
        .filter(({ width }) => width < 600 || !sight.onPhone)
        .map((look) => ({ sight, look, path: join(folder, `${sight.name}-${look.width}${look.dark ? '-dark' : ''}-${look.locale}.png`) })),
    )

/** Those of the documentation: which page is called what there, and the part of it that is shown. */
const documented: readonly { readonly of: string; readonly name: string; readonly width: number; readonly clip: Clip }[] = [
  // The card with some of what is around it.
  { of: 'sign-in-at-application', name: 'sign-in', width: 1440, clip: { x: 320, y: 200, width: 800, height: 500 } },
  { of: 'console-dashboard', name: 'dashboard', width: 1280, clip: { x: 0, y: 0, width: 1280, height: 800 } },
  { of: 'console-flow-simulation', name: 'flow', width: 1280, clip: { x: 0, y: 0, width: 1280, height: 760 } },
  // Before the wizard connects more applications.
  { of: 'portal-applications', name: 'portal', width: 1280, clip: { x: 0, y: 0, width: 1280, height: 500 } },
  { of: 'console-wizard-done', name: 'application', width: 1280, clip: { x: 0, y: 0, width: 1280, height: 800 } },
]
const ofDocuments = (sights: readonly Sight[], folder: string): readonly Picture[] =>
  documented.flatMap(({ of, name, width, clip }) =>
    [false, true].map((dark) => {
      const sight = sights.find((one) => one.name === of)
      if (!sight) throw new Error(`there is no page "${of}"`)
      return { sight, path: join(folder, `${name}${dark ? '-dark' : ''}.png`), look: { width, dark }, clip }
    }),
  )

async function take(choose: (sights: readonly Sight[]) => readonly Picture[]): Promise<void> {
  const [{ all, close }, house] = await Promise.all([stations(), openHouse()])
  /** In the portal people see their own, so it is of somebody who administers nothing. */
  const ofInterface = (from: Interface, { name, ...place }: Place): Sight => ({
    name: `${from}-${name}`,
    ...(place.onPhone && { onPhone: true }),
    async reach(page, look) {
      await enter(page, house, from === 'portal' && !name.startsWith('tokens') ? 'katherine' : 'ada')
      await goTo(page, house, from, { name, ...place }, sayIn(from, look))
    },
  })
  const sights = [
    ...stationNames.map((name) => ({ name, reach: (page: Page) => all[name].reach(page) })),
    ...Object.values(consolePlaces(house)).flatMap((places) => places.map((place) => ofInterface('console', place))),
    ...portalPlaces.map((place) => ofInterface('portal', place)),
  ]
  try {
    for (const { sight, path, look, clip } of choose(sights)) {
      const { page, close: leave } = await visit(look)
      await sight.reach(page, look)
      await page.screenshot({ path, ...(clip ? { clip } : { fullPage: true }) })
      await leave()
      process.stdout.write(`${path}\n`)
    }
  } finally {
    await closeBrowser()
    await Promise.all([close(), house.close()])
  }
}

const [first, ...names] = process.argv.slice(2)
if (first === undefined) {
  process.stderr.write('Say where the pictures go: npm run screenshots -- FOLDER [NAME…]\n')
  process.exitCode = 2
} else {
  const folder = first === '--docs' ? fileURLToPath(new URL('../docs/images', import.meta.url)) : first
  mkdirSync(folder, { recursive: true })
  await take((sights) => (first === '--docs' ? ofDocuments(sights, folder) : every(sights, folder, names)))
}
