import { hashOf } from '../configuration/canonical.ts'
import type { Path } from '../configuration/problem.ts'
import { compileExpression, expressionsIn, programOf } from './expressions.ts'
import { instantOf } from './instants.ts'
import { readsOf } from './pruning.ts'
import type { Binding, CompileCondition, ConditionLibrary, Test, WrittenBinding, WrittenCondition } from './types.ts'

type Problem = { readonly path: Path; readonly message: string }
type Reference = { readonly to: 'group' | 'user'; readonly name: string; readonly path: Path }

const subjects = ['policy', 'group', 'user', 'role', 'method', 'level', 'expression'] as const
type Subject = (typeof subjects)[number]

type Written = {
  readonly mode: 'any' | 'all'
  readonly bindings: readonly { readonly binding: WrittenBinding; readonly path: Path; readonly at: (subject: Subject) => Path }[]
}

/** The three ways to write a condition as one, each binding with its place. */
const normalized = (written: WrittenCondition): Written => {
  if (typeof written === 'string') return { mode: 'all', bindings: [{ binding: { expression: written }, path: [], at: () => [] }] }
  const listed = 'bindings' in written ? written.bindings : written
  const base = 'bindings' in written ? ['bindings'] : []
  const mode = 'bindings' in written ? (written.mode ?? 'any') : 'any'
  return {
    mode,
    bindings: listed.map((binding, index) => ({
      binding,
      path: [...base, index],
      at: (subject) => [...base, index, subject],
    })),
  }
}

/** What a test adds to a condition's hash. */
const identityOf = (test: Test): readonly string[] => {
  switch (test.by) {
    case 'policy':
      return [test.by, test.policy.slug, test.policy.hash]
    case 'expression':
      return [test.by, programOf(test.expression).id]
    case 'group':
      return [test.by, test.group]
    case 'user':
      return [test.by, test.user]
    case 'role':
      return [test.by, test.role]
    case 'method':
      return [test.by, test.method]
    case 'level':
      return [test.by, test.level]
  }
}

/** A policy says what it reads by its expressions; what its code looks at besides it must do without where it is not known. */
const readsOfTest = (test: Test): readonly string[] => {
  if (test.by === 'policy') return expressionsIn(test.policy.settings).flatMap((expression) => readsOf(programOf(expression).paths))
  if (test.by === 'method' || test.by === 'level') return ['methods']
  return test.by === 'expression' ? readsOf(programOf(test.expression).paths) : ['user']
}

/** Checks a condition and links it to the policies and roles that it names. */
export const compileCondition: CompileCondition = (written, library) => {
  const { mode, bindings: listed } = normalized(written)
  const problems: Problem[] = []
  const refers: Reference[] = []
  const bindings: Binding[] = []

  for (const { binding, path, at } of listed) {
    const test = testOf(binding, path, at, library, problems)
    const from = instant(binding, 'from', path, problems)
    const until = instant(binding, 'until', path, problems)
    if (from !== undefined && until !== undefined && until <= from)
      problems.push({ path: [...path, 'until'], message: `"${binding.until}" is not after "from", so the binding would never take part` })
    if (test?.by === 'group') refers.push({ to: 'group', name: test.group, path: at('group') })
    if (test?.by === 'user') refers.push({ to: 'user', name: test.user, path: at('user') })
    if (test) bindings.push({ test, negate: binding.negate ?? false, from, until })
  }
  if (problems.length > 0) return { problems }
  return {
    condition: Object.freeze({
      mode,
      bindings,
      hash: hashOf([mode, bindings.map(({ test, negate, from, until }) => [identityOf(test), negate, from ?? null, until ?? null])]),
      reads: [...new Set(bindings.flatMap(({ test }) => readsOfTest(test)))],
    }),
    refers,
  }
}

const testOf = (
  binding: WrittenBinding,
  path: Path,
  at: (subject: Subject) => Path,
  library: ConditionLibrary,
  problems: Problem[],
): Test | undefined => {
  const [subject, ...more] = subjects.filter((name) => binding[name] !== undefined)
  const refuse = (where: Path, message: string) => void problems.push({ path: where, message })
  if (subject === undefined || more.length > 0) {
    const said = subject === undefined ? 'names none' : `names ${[subject, ...more].join(' and ')}`
    refuse(path, `a binding names one of ${subjects.join(', ')}, this one ${said}`)
    return undefined
  }
  const name = binding[subject] ?? ''
  switch (subject) {
    case 'policy': {
      const policy = library.policy(name)
      if (!policy) refuse(at(subject), library.unknownPolicy(name))
      return policy && { by: 'policy', policy }
    }
    case 'role':
      if (!library.role(name)) refuse(at(subject), library.unknownRole(name))
      return { by: 'role', role: name }
    case 'method':
      return { by: 'method', method: name }
    case 'level':
      if (!library.level(name)) refuse(at(subject), library.unknownLevel(name))
      return { by: 'level', level: name }
    case 'group':
      return { by: 'group', group: name }
    case 'user':
      return { by: 'user', user: name }
    case 'expression': {
      const compiled = compileExpression(name)
      if ('expression' in compiled) return { by: 'expression', expression: compiled.expression }
      for (const { message, line, column } of compiled.problems) refuse(at(subject), inExpression(message, line, column))
      return undefined
    }
  }
}

/** Where in the expression, for a message whose place is that of the whole expression. */
export const inExpression = (message: string, line: number, column: number): string =>
  `${message} (line ${line}, column ${column} of the expression)`

const instant = (binding: WrittenBinding, name: 'from' | 'until', path: Path, problems: Problem[]): number | undefined => {
  const text = binding[name]
  if (text === undefined) return undefined
  const at = instantOf(text)
  if (at === undefined)
    problems.push({
      path: [...path, name],
      message: `"${text}" is not an instant in ISO 8601; write e.g. 2026-01-31 (midnight UTC) or 2026-01-31T08:00:00+01:00`,
    })
  return at
}
