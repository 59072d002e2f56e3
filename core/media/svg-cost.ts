import { BadImage } from './image.ts'

/** An element as it is written. `refersTo`: ids of what is drawn, or used for drawing, each time that it is. */
export type SvgElement = {
  readonly name: string
  readonly id: string | undefined
  readonly attributes: readonly (readonly [name: string, value: string])[]
  readonly refersTo: readonly string[]
  readonly children: readonly (SvgElement | string)[]
}

/** Elements that are drawn at most, those counted again that others refer to; long ones, such as paths of many points, count like several. */
const most = 50_000
const perElement = 20

/** Of an element without those in it, and without what it refers to. */
const ownCost = ({ attributes, children }: SvgElement): number => {
  let length = 0
  for (const [, value] of attributes) length += value.length
  for (const child of children) if (typeof child === 'string') length += child.length
  return 1 + Math.floor(length / perElement)
}

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
    let sum = ownCost(element)
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
