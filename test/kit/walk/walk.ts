import type { Page } from 'playwright-core'
import { accessibilityProblems, contrastProblems, type Look, visit } from '../browser.ts'
import type { House } from './house.ts'
import { enter, goTo, type Interface, type Place, sayIn } from './place.ts'

const overflow = 'document.documentElement.scrollWidth - innerWidth'

/** What is wrong with the page as it stands there. */
const wrongAt = async (page: Page): Promise<readonly string[]> => {
  const headings = await page.locator('h1').count()
  const tooWide = Number(await page.evaluate(overflow))
  return [
    ...(headings === 1 ? [] : [`${headings} headings of the first level`]),
    ...(tooWide > 0 ? [`${tooWide} px wider than the window`] : []),
    ...(await accessibilityProblems(page)),
  ]
}

/**
 * Colours fade over from the next picture on, and what inherits them follows one picture later, level by level: what is read before the end is the one colour
 * on the other.
 */
const faded = `(async () => {
  const picture = () => new Promise((done) => requestAnimationFrame(done))
  await picture()
  for (let pictures = 0; pictures < 100; pictures++) {
    await picture()
    if (!document.getAnimations().some((one) => one instanceof CSSTransition)) return
  }
})()`

const recolour = async (page: Page, colorScheme: 'light' | 'dark'): Promise<void> => {
  await page.emulateMedia({ colorScheme })
  await page.locator(colorScheme === 'dark' ? 'html.dark' : 'html:not(.dark)').waitFor({ state: 'attached' })
  await page.evaluate(faded)
}

/**
 * Visits places in one look, and has a second one at them in the other colours. What is wrong is told by the name of the place. Visits to an
 * interface are by ada, who may do everything.
 */
export const walk = async (house: House, from: Interface, places: readonly Place[], look: Look): Promise<readonly string[]> => {
  const { page, problems, close } = await visit(look)
  const say = sayIn(from, look)
  const [usual, other] = look.dark ? (['dark', 'light'] as const) : (['light', 'dark'] as const)
  const isPhone = (look.width ?? 1440) < 600
  const found: string[] = []
  try {
    await enter(page, house)
    let last: Place | undefined
    for (const place of places.filter(({ onPhone }) => isPhone || !onPhone)) {
      const before = problems.length
      await goTo(page, house, from, place, say, last)
      last = place
      found.push(...(await wrongAt(page)).map((wrong) => `${place.name}: ${wrong}`))
      await recolour(page, other)
      found.push(...(await contrastProblems(page)).map((wrong) => `${place.name}, ${other}: ${wrong}`))
      await recolour(page, usual)
      const complaints = problems.slice(before).filter((problem) => !place.told?.test(problem))
      found.push(...complaints.map((problem) => `${place.name}: ${problem}`))
    }
    return found
  } finally {
    await close()
  }
}
