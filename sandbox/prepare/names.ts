import { type Any, children, isNode } from './parse.ts'

/** A use of a name that nothing in the source declares, with the nodes around it, the nearest last. */
export type Free = { readonly name: string; readonly node: Any; readonly around: readonly Any[] }

type Scope = Set<string>

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const list = (value: unknown): readonly Any[] => (Array.isArray(value) ? value.filter(isNode) : [])
const nameOf = (node: unknown): string | undefined => (isNode(node) && node.type === 'Identifier' ? String(node['name']) : undefined)

/** Names that a pattern binds: `a`, `{ b, c: [d] }`, `...rest`. */
function* bound(pattern: unknown): Generator<string> {
  if (!isNode(pattern)) return
  const name = nameOf(pattern)
  if (name !== undefined) yield name
  else if (pattern.type === 'AssignmentPattern') yield* bound(pattern['left'])
  else if (pattern.type === 'RestElement') yield* bound(pattern['argument'])
  else if (pattern.type === 'ArrayPattern') for (const item of list(pattern['elements'])) yield* bound(item)
  else if (pattern.type === 'ObjectPattern')
    for (const property of list(pattern['properties'])) yield* bound(property.type === 'RestElement' ? property : property['value'])
}

/** `var`s and functions of a function's body, wherever they stand in it, but not in functions within. */
function* hoisted(node: Any): Generator<string> {
  for (const child of children(node)) {
    if (child.type === 'VariableDeclaration' && child['kind'] === 'var')
      for (const one of list(child['declarations'])) yield* bound(one['id'])
    if (child.type === 'FunctionDeclaration') yield* bound(child['id'])
    if (!functions.has(child.type)) yield* hoisted(child)
  }
}

/** `let`, `const`, `class` and functions right in a block. */
function* declaredIn(statements: readonly Any[]): Generator<string> {
  for (const statement of statements) {
    if (statement.type === 'VariableDeclaration') for (const one of list(statement['declarations'])) yield* bound(one['id'])
    if (statement.type === 'ClassDeclaration' || statement.type === 'FunctionDeclaration') yield* bound(statement['id'])
  }
}

/** The names that a node makes for what is in it. */
const scopeOf = (node: Any): Scope | undefined => {
  if (functions.has(node.type)) {
    const own = [...list(node['params']).flatMap((pattern) => [...bound(pattern)]), ...(isNode(node['body']) ? hoisted(node['body']) : [])]
    const more = node.type === 'ArrowFunctionExpression' ? [] : ['arguments', ...bound(node['id'])]
    return new Set([...own, ...more])
  }
  switch (node.type) {
    case 'Program':
      return new Set([...hoisted(node), ...declaredIn(list(node['body']))])
    case 'BlockStatement':
    case 'StaticBlock':
      return new Set(declaredIn(list(node['body'])))
    case 'SwitchStatement':
      return new Set(list(node['cases']).flatMap((one) => [...declaredIn(list(one['consequent']))]))
    case 'ForStatement':
      return new Set(declaredIn(list([node['init']])))
    case 'ForInStatement':
    case 'ForOfStatement':
      return new Set(declaredIn(list([node['left']])))
    case 'CatchClause':
      return new Set(bound(node['param']))
    case 'ClassDeclaration':
    case 'ClassExpression':
      return new Set(bound(node['id']))
    default:
      return undefined
  }
}

/** An identifier that is no use of a variable: a property's name, a label. */
const isMerelyName = (node: Any, parent: Any | undefined): boolean => {
  if (!parent) return false
  if (parent.type === 'MemberExpression') return parent['property'] === node && parent['computed'] !== true
  if (['Property', 'MethodDefinition', 'PropertyDefinition'].includes(parent.type))
    return parent['key'] === node && parent['computed'] !== true && parent['shorthand'] !== true
  return ['LabeledStatement', 'BreakStatement', 'ContinueStatement', 'MetaProperty'].includes(parent.type)
}

/** Every use of a name that the source does not declare. */
export const freeNames = (program: Any): readonly Free[] => {
  const found: Free[] = []
  const visit = (node: Any, around: readonly Any[], scopes: readonly Scope[]): void => {
    const name = nameOf(node)
    if (name !== undefined && !isMerelyName(node, around.at(-1)) && !scopes.some((scope) => scope.has(name)))
      found.push({ name, node, around })
    const own = scopeOf(node)
    const inner = own ? [...scopes, own] : scopes
    // A shorthand `{ a }` has one node as key and as value: it is one use.
    const seen = new Set<Any>()
    for (const child of children(node)) {
      if (seen.has(child)) continue
      seen.add(child)
      visit(child, [...around, node], inner)
    }
  }
  visit(program, [], [])
  return found
}

/**
 * The path that a use of a name goes: `user.groups.includes("x")` is `['user', 'groups', 'includes']`. It ends where the value is used as a whole,
 * called, or reached into by something that only a run knows.
 */
export const pathOf = ({ name, node, around }: Free): readonly string[] => {
  const path = [name]
  let inner = node
  for (const outer of around.toReversed()) {
    if (outer.type === 'ChainExpression') {
      inner = outer
      continue
    }
    if (outer.type !== 'MemberExpression' || outer['object'] !== inner) break
    const property = outer['property'] as Any
    if (outer['computed'] !== true && property.type === 'Identifier') path.push(String(property['name']))
    else if (property.type === 'Literal' && typeof property['value'] === 'string') path.push(property['value'])
    else break
    inner = outer
  }
  return path
}
