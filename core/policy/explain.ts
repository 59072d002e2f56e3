import type { AnyNode, Expression as Syntax } from 'acorn'
import { children, isFunction, type Prepared, syntaxOf, type Traced } from '../../sandbox/index.ts'
import { nodesOf } from './syntax.ts'

/** The part of an expression that made it what it is. */
export type Decisive = { readonly detail: string; readonly line: number; readonly column: number }

type Values = (node: AnyNode) => Traced | undefined

/**
 * Which part of an expression decided, found in the trace of its run: through `&&`, `||`, `??`, `!`, `? :` and `if` down to what is none of these.
 */
export const decisive = (prepared: Prepared, trace: readonly Traced[]): Decisive | undefined => {
  const last = trace.at(-1)
  if (!last) return undefined
  const { program, place } = syntaxOf(prepared)
  // The last evaluation counts, should a part have been evaluated more than once.
  const byPlace = new Map(trace.map((traced) => [`${traced.line}:${traced.column}:${traced.text}`, traced]))
  const values: Values = (node) => {
    const { line, column, text } = place(node)
    return byPlace.get(`${line}:${column}:${text}`)
  }
  const result = resultOf(program.body, values)
  const node = result && leafOf(result, values)
  const found = node && values(node)
  const { text, value, line, column } = found ?? last
  return { detail: `${text} is ${JSON.stringify(value) ?? 'undefined'}`, line, column }
}

/** The expression whose value was returned, or the test that led to a constant. */
const resultOf = (body: readonly AnyNode[], values: Values): AnyNode | undefined => {
  const [only] = body
  if (body.length === 1 && only?.type === 'ExpressionStatement') return only.expression
  const returns = body.flatMap((statement) => [...returnsIn(statement, [])])
  const taken = returns.find(
    ({ argument, tests }) =>
      tests.every(({ test, leads }) => values(test)?.truthy === leads) &&
      (isConstant(argument) || (argument && values(argument)) !== undefined),
  )
  if (!taken) return undefined
  if (!isConstant(taken.argument)) return taken.argument
  const evaluated = returns.flatMap(({ tests }) => tests.map(({ test }) => test)).filter((test) => values(test))
  return taken.tests.at(-1)?.test ?? evaluated.at(-1)
}

const isConstant = (node: AnyNode | undefined): boolean => node === undefined || node.type === 'Literal' || node.type === 'ObjectExpression'

/** `leads`: what the test has to be for the return to be reached. */
type Return = { readonly argument: Syntax | undefined; readonly tests: readonly { readonly test: AnyNode; readonly leads: boolean }[] }

/** The returns of the program itself, each with the tests that lead to it. */
function* returnsIn(node: AnyNode, tests: Return['tests']): Generator<Return> {
  if (isFunction(node)) return
  if (node.type === 'ReturnStatement') yield { argument: node.argument ?? undefined, tests }
  else if (node.type === 'IfStatement') {
    yield* returnsIn(node.consequent, [...tests, { test: node.test, leads: true }])
    if (node.alternate) yield* returnsIn(node.alternate, [...tests, { test: node.test, leads: false }])
  } else for (const child of children(node)) yield* returnsIn(child, tests)
}

const leafOf = (node: AnyNode, values: Values): AnyNode => {
  if (node.type === 'LogicalExpression') {
    const wasReached = [...nodesOf(node.right)].some((inner) => values(inner))
    return leafOf(wasReached ? node.right : node.left, values)
  }
  if (node.type === 'UnaryExpression' && node.operator === '!' && values(node.argument)) return leafOf(node.argument, values)
  if (node.type === 'ConditionalExpression') {
    const branch = values(node.test)?.truthy ? node.consequent : node.alternate
    return leafOf(branch.type === 'Literal' ? node.test : branch, values)
  }
  if (node.type === 'ObjectExpression') {
    const allow = node.properties.find((one) => one.type === 'Property' && one.key.type === 'Identifier' && one.key.name === 'allow')
    const leaf = allow?.type === 'Property' ? leafOf(allow.value, values) : node
    return values(leaf) ? leaf : node
  }
  return node
}
