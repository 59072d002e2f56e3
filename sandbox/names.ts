import type { AnyNode, Function, Identifier, Pattern } from 'acorn'
import { children, isFunction, walk } from './tree.ts'

/** A use of a name that the source does not declare. `above`: the nodes around it, outermost first. */
export type FreeName = { readonly node: Identifier; readonly above: readonly AnyNode[] }

/** The names that a pattern binds. */
const bound = (pattern: Pattern | AnyNode | null, into: Set<string>): void => {
  if (pattern === null) return
  if (pattern.type === 'Identifier') into.add(pattern.name)
  else if (pattern.type === 'ObjectPattern') for (const one of pattern.properties) bound(one.type === 'Property' ? one.value : one, into)
  else if (pattern.type === 'ArrayPattern') for (const one of pattern.elements) bound(one, into)
  else if (pattern.type === 'RestElement') bound(pattern.argument, into)
  else if (pattern.type === 'AssignmentPattern') bound(pattern.left, into)
}

/** `var` is of the function around it. */
const addVars = (node: AnyNode, into: Set<string>): void => {
  if (node.type === 'VariableDeclaration' && node.kind === 'var') for (const { id } of node.declarations) bound(id, into)
  for (const child of children(node)) if (!isFunction(child)) addVars(child, into)
}

const addLexical = (statements: readonly AnyNode[], into: Set<string>): void => {
  for (const one of statements)
    if (one.type === 'VariableDeclaration') for (const { id } of one.declarations) bound(id, into)
    else if (one.type === 'FunctionDeclaration' || one.type === 'ClassDeclaration') bound(one.id, into)
}

const addFunction = (node: Function, into: Set<string>): void => {
  for (const param of node.params) bound(param, into)
  addVars(node.body as AnyNode, into)
  if (node.type !== 'ArrowFunctionExpression') into.add('arguments')
  bound(node.id ?? null, into)
}

/** The names that a node declares for what is inside of it. */
const declares: { readonly [Type in AnyNode['type']]?: (node: Extract<AnyNode, { type: Type }>, into: Set<string>) => void } = {
  Program(node, into) {
    addLexical(node.body, into)
    addVars(node, into)
  },
  StaticBlock(node, into) {
    addLexical(node.body, into)
    for (const one of node.body) addVars(one, into)
  },
  BlockStatement: ({ body }, into) => addLexical(body, into),
  FunctionDeclaration: addFunction,
  FunctionExpression: addFunction,
  ArrowFunctionExpression: addFunction,
  ClassDeclaration: ({ id }, into) => bound(id, into),
  ClassExpression: ({ id }, into) => bound(id ?? null, into),
  ForStatement: ({ init }, into) => addLexical(init ? [init] : [], into),
  ForInStatement: ({ left }, into) => addLexical([left], into),
  ForOfStatement: ({ left }, into) => addLexical([left], into),
  SwitchStatement: ({ cases }, into) =>
    addLexical(
      cases.flatMap(({ consequent }) => consequent),
      into,
    ),
  CatchClause: ({ param }, into) => bound(param ?? null, into),
}

/** Have a name that is no use of one. */
const labelled = new Set(['LabeledStatement', 'BreakStatement', 'ContinueStatement', 'MetaProperty'])

/** Is the identifier a name that is looked up, rather than a key, a label or part of `new.target`? */
const isUse = (node: AnyNode, parent: AnyNode | undefined): boolean => {
  if (parent === undefined) return true
  if (parent.type === 'MemberExpression') return parent.computed || parent.object === node
  // In `{ user }` key and value are one node.
  if (parent.type === 'Property' || parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition')
    return parent.computed || parent.value === node
  return !labelled.has(parent.type)
}

/** Uses of names that nothing around them declares, in the order of the source. */
export const freeNames = (program: AnyNode): readonly FreeName[] => {
  const known = new Map<AnyNode, ReadonlySet<string>>()
  const declaredBy = (node: AnyNode): ReadonlySet<string> => {
    const names = known.get(node)
    if (names) return names
    const declared = new Set<string>()
    const declare = declares[node.type] as ((node: AnyNode, into: Set<string>) => void) | undefined
    declare?.(node, declared)
    known.set(node, declared)
    return declared
  }
  const free: FreeName[] = []
  const seen = new Set<AnyNode>()
  walk(program, (node, above) => {
    if (node.type !== 'Identifier' || seen.has(node) || !isUse(node, above.at(-1))) return
    seen.add(node)
    if (!above.some((around) => declaredBy(around).has(node.name))) free.push({ node, above: [...above] })
  })
  return free
}
