import { compileExpression } from '../policy/expressions.ts'
import { inExpression } from '../policy/compile.ts'
import type { Path } from './problem.ts'
import type { Schema } from './schema.ts'

type Problem = { readonly path: Path; readonly message: string }

/** Checked settings as plugins get them: the texts of fields marked `x-expression` become compiled expressions. */
export const compileTexts = (
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
): { readonly value: Record<string, unknown> } | { readonly problems: readonly Problem[] } => {
  const problems: Problem[] = []
  const compiled = walk(schema, value, []) as Record<string, unknown>
  return problems.length > 0 ? { problems } : { value: compiled }

  function walk(schema: Schema, value: unknown, path: Path): unknown {
    if (schema['x-expression'] && typeof value === 'string') return expression(value, path)
    const branches = schema.anyOf ?? schema.oneOf
    // A text that one branch made an expression of is none any more: no other branch changes it.
    if (branches) return branches.reduce((result: unknown, branch) => walk(branch, result, path), value)
    if (Array.isArray(value)) {
      const { items } = schema
      return items ? value.map((item, index) => walk(items, item, [...path, index])) : value
    }
    // Of plain maps only: a secret is an object of its own.
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const inner = innerOf(schema, key)
        return [key, inner ? walk(inner, item, [...path, key]) : item]
      }),
    )
  }

  function expression(source: string, path: Path): unknown {
    const result = compileExpression(source)
    if ('expression' in result) return result.expression
    for (const { message, line, column } of result.problems) problems.push({ path, message: inExpression(message, line, column) })
    return source
  }
}

const innerOf = ({ properties = {}, patternProperties = {}, additionalProperties }: Schema, key: string): Schema | undefined => {
  if (Object.hasOwn(properties, key)) return properties[key]
  const pattern = Object.keys(patternProperties).find((text) => new RegExp(text, 'u').test(key))
  return (
    (pattern === undefined ? undefined : patternProperties[pattern]) ??
    (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  )
}
