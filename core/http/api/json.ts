import { pointerOf } from '../../configuration/places.ts'
import { ApiProblem, invalid } from './problem.ts'

const maxDepth = 64
/** Names that mean something to JavaScript's own objects: nobody needs a field of such a name. */
const refused = new Set(['__proto__', 'constructor', 'prototype'])

type Open = { readonly value: unknown; readonly path: readonly (string | number)[] }

/** Throws `ApiProblem` for a value that is nested too deep or has a name that could reach a prototype. Without recursion. */
const mustBePlain = (root: unknown): void => {
  const open: Open[] = [{ value: root, path: [] }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next
    if (typeof value !== 'object' || value === null) continue
    if (path.length > maxDepth)
      throw invalid([{ pointer: pointerOf(path.slice(0, 3)), detail: `is nested deeper than ${maxDepth} levels` }])
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, key]
      if (refused.has(key)) throw invalid([{ pointer: pointerOf(here), detail: `"${key}" cannot be the name of a field` }])
      if (typeof inner === 'object' && inner !== null) open.push({ value: inner, path: here })
    }
  }
}

/** The JSON of a body; nothing for a body that is empty. Throws `ApiProblem`. */
export const readJson = (text: string): unknown => {
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // What the parser says would repeat a part of the body, which may be secret.
    throw new ApiProblem(400, 'invalid-json', 'The body is not JSON.')
  }
  mustBePlain(value)
  return value
}
