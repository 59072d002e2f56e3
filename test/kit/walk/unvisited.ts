import { visit } from '../browser.ts'
import type { House } from './house.ts'
import { bases, enter, goTo, type Interface, type Place, sayIn } from './place.ts'

// In the page, which has the routes as they are.
const router = "document.querySelector('#app').__vue_app__.config.globalProperties.$router"
const patterns = `${router}.getRoutes().filter((route) => route.children.length === 0).map((route) => route.path)`
/** The pattern of each address, and the part of the page where the address has one. */
const patternsOf = (addresses: string) => `${addresses}.map((address) => {
  const { matched, params } = ${router}.resolve(address)
  return matched.at(-1).path.replace(':tab?', params.tab ?? '')
})`
const parts = patternsOf(`[...document.querySelectorAll('#content nav a')].map((link) => link.pathname.replace(/^\\/if\\/\\w+/, ''))`)

/** Pages that an interface has, and parts that its pages lead to, where none of the places is; as patterns of addresses. */
export const unvisited = async (house: House, from: Interface, places: readonly Place[]): Promise<readonly string[]> => {
  const { page, close } = await visit()
  const ask = async (script: string) => (await page.evaluate(script)) as readonly string[]
  try {
    await enter(page, house)
    await page.goto(`${house.url}${bases[from]}/`)
    await page.locator('h1').waitFor()
    const visited = await ask(patternsOf(JSON.stringify(places.map(({ path }) => path))))
    const wanted = new Set((await ask(patterns)).map((pattern) => pattern.replace(':tab?', '')))
    // A page with parts has them all in its navigation.
    for (const pattern of [...wanted].filter((one) => one.endsWith('/'))) {
      const place = places[visited.indexOf(pattern)]
      if (!place) continue
      await goTo(page, house, from, place, sayIn(from, {}))
      for (const part of await ask(parts)) wanted.add(part)
    }
    return [...wanted].filter((pattern) => !visited.includes(pattern))
  } finally {
    await close()
  }
}
