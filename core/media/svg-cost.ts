import { BadImage } from './image.ts'

/** An element as it is written. `refersTo`: ids of what is drawn, or used for drawing, each time that it is. */
export type SvgElement = {
  readonly name: string
  readonly id: string | undefined
  readonly refersTo: readonly string[]
  readonly children: readonly (SvgElement | string)[]
}

/** Elements that are drawn at most, those counted again that others refer to. */
const most = 50_000

/** Throws `BadImage` for an image that refers to itself, or multiplies by references until whoever shows it stands still. */
export const mustBeCheap = (root: SvgElement): void => {
  const byId = new Map<string, SvgElement>()
  const collect = (element: SvgElement): void => {
    if (element.id !== undefined && !byId.has(element.id)) byId.set(element.id, element)
    for (const child of element.children) if (typeof child !== 'string') collect(child)
  }
  collect(root)

  const known = new Map<SvgElement, number>()
  const open = new Set<SvgElement>()
  const costOf = (element: SvgElement): number => {
    const cost = known.get(element)
    if (cost !== undefined) return cost
    if (open.has(element) || open.size > 500)
      throw new BadImage(
        `its references go round in a circle, or through too many others, at ${JSON.stringify(element.id ?? element.name)}; remove them`,
      )
    open.add(element)
    let sum = 1
    for (const child of element.children) if (typeof child !== 'string') sum += costOf(child)
    for (const id of element.refersTo) {
      const target = byId.get(id)
      if (target) sum += costOf(target)
    }
    open.delete(element)
    if (sum > most) throw new BadImage(`it draws more than ${most} elements; make it simpler`)
    known.set(element, sum)
    return sum
  }
  costOf(root)
}
