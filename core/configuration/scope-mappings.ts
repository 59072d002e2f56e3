import type { Json, MappedScope } from '../api/index.ts'
import { mappedScope, type Rule } from '../policy/claims.ts'
import { inExpression } from '../policy/compile.ts'
import { compileExpression } from '../policy/expressions.ts'
import { entryOf, scopeNames } from '../policy/scope.ts'
import { type Item, problemOf } from './document.ts'
import type { ScopeMappingSpec } from './kinds.ts'
import type { Path, Problem } from './problem.ts'
import type { Schema } from './schema.ts'
import { didYouMean } from './suggest.ts'
import type { Items } from './types.ts'

/** Claims that say who signed in where and how: what they are is the protocol's alone (OIDC Core §2, RFC 7519 §4.1), and what its tokens die with. */
const reservedClaims = 'iss sub aud exp nbf iat jti nonce auth_time acr amr azp at_hash c_hash sid grant_id provider_id'.split(' ')

type Written = { readonly path?: string; readonly expression?: string; readonly value?: Json }
const sources = ['path', 'expression', 'value'] as const

/** Why nothing stands at a path, if that can be told. */
const pathProblem = (text: string): string | undefined => {
  const [name = '', field] = text.split('.')
  const entry = entryOf(name)
  if (!entry) return `there is no "${name}" to start a path from${didYouMean(name, scopeNames) || `; there are ${scopeNames.join(', ')}`}`
  if (entry.fields === undefined)
    return entry.type === 'Date' ? `"${text}" is a time; write an expression that says in which form` : undefined
  if (field === undefined) return `"${name}" has many values; name one, e.g. ${name}.${Object.keys(entry.fields)[0]}`
  const known = Object.keys(entry.fields).filter((key) => entry.fields?.[key]?.of)
  if (!known.includes(field)) return `"${name}" has no "${field}"${didYouMean(field, known) || `; it has ${known.join(', ')}`}`
  return entry.fields[field]?.type === 'Date' ? `"${text}" is a time; write an expression that says in which form` : undefined
}

/** Every mapping, in the order of slugs, which is that in which their claims replace each other. */
export const linkScopeMappings = (items: Items, problems: Problem[]): readonly MappedScope[] =>
  [...items.values()]
    .toSorted((a, b) => (a.slug < b.slug ? -1 : 1))
    .map((item) => {
      const { scope = item.slug, description = scope, claims = {}, inTokens = false } = item.spec as Partial<ScopeMappingSpec>
      const rules = Object.entries(claims).flatMap(([claim, written]) => ruleOf(item, claim, written as Written, problems) ?? [])
      return mappedScope({ scope, description, claims: rules.map(({ claim }) => claim) }, { slug: item.slug, inTokens, rules })
    })

const ruleOf = (item: Item, claim: string, written: Written, problems: Problem[]): Rule | undefined => {
  const refuse = (path: Path, message: string) => void problems.push(problemOf(item, ['claims', claim, ...path], message))
  if (reservedClaims.includes(claim)) refuse([], `the claim "${claim}" is the protocol's own; choose another name`)
  const [source, ...more] = sources.filter((name) => written[name] !== undefined)
  if (source === undefined || more.length > 0) {
    refuse(
      [],
      `a claim comes from one of ${sources.join(', ')}, this one from ${[source, ...more].filter(Boolean).join(' and ') || 'none'}`,
    )
    return undefined
  }
  if (source === 'value') return { claim, value: written.value ?? null }
  const text = written[source] ?? ''
  if (source === 'path') {
    const problem = pathProblem(text)
    if (problem !== undefined) refuse(['path'], problem)
    return { claim, path: text.split('.') }
  }
  const made = compileExpression(text)
  if ('expression' in made) return { claim, expression: made.expression }
  for (const { message, line, column } of made.problems) refuse(['expression'], inExpression(message, line, column))
  return undefined
}

/**
 * What is wrong with the scopes that settings name, in fields marked `x-scopes` with the scopes that the protocol itself has: any other must come
 * of a mapping.
 */
export const scopeProblems = (
  schema: Schema,
  settings: Readonly<Record<string, unknown>>,
  mappings: readonly MappedScope[],
): readonly { readonly path: Path; readonly message: string }[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, { 'x-scopes': own }]) => {
    const value = settings[name]
    if (!own || !Array.isArray(value)) return []
    const known = [...own, ...mappings.map(({ scope }) => scope)]
    return value.flatMap((scope: unknown, index) =>
      known.includes(String(scope))
        ? []
        : [
            {
              path: [name, index],
              message: `there is no scope "${String(scope)}"${didYouMean(String(scope), known) || `; there are ${known.join(', ')}, and scopeMappings may bring others`}`,
            },
          ],
    )
  })
