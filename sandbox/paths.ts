import type { AnyNode, Pattern } from 'acorn'
import type { FreeName } from './names.ts'

type Path = readonly string[]

const literalKey = (computed: boolean, key: AnyNode): string | undefined => {
  if (!computed && key.type === 'Identifier') return key.name
  if (key.type === 'Literal' && (typeof key.value === 'string' || typeof key.value === 'number')) return String(key.value)
  return undefined
}

/** What `const { a, b: { c } } = …` takes; `undefined` where it may take anything. */
const taken = (pattern: Pattern): readonly Path[] | undefined => {
  if (pattern.type !== 'ObjectPattern' || pattern.properties.length === 0) return undefined
  const paths: Path[] = []
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') return undefined
    const key = literalKey(property.computed, property.key)
    if (key === undefined) return undefined
    for (const below of taken(property.value) ?? [[]]) paths.push([key, ...below])
  }
  return paths
}

const pathsOf = ({ node, above }: FreeName): readonly Path[] => {
  const path = [node.name]
  let inner: AnyNode = node
  for (const around of above.toReversed()) {
    if (around.type === 'MemberExpression' && around.object === inner) {
      const key = literalKey(around.computed, around.property)
      if (key === undefined) return [path]
      path.push(key)
    } else if (around.type === 'VariableDeclarator' && around.init === inner) {
      return (taken(around.id) ?? [[]]).map((below) => [...path, ...below])
    } else if (around.type !== 'ChainExpression') return [path]
    inner = around
  }
  return [path]
}

/**
 * The paths that the uses of these names take, without those that another covers. A method's name is the last of its path
 * (`user.groups.includes("x")` is `user`, `groups`, `includes`): it may read anything of what it is called on.
 */
export const pathsFrom = (uses: readonly FreeName[], names: ReadonlySet<string>): readonly Path[] => {
  const all = new Map<string, Path>()
  for (const use of uses) if (names.has(use.node.name)) for (const path of pathsOf(use)) all.set(JSON.stringify(path), path)
  const covered = (path: Path): boolean => path.some((_, length) => length > 0 && all.has(JSON.stringify(path.slice(0, length))))
  return [...all.values()].filter((path) => !covered(path))
}
