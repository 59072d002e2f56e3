import type { syntaxTree } from '@codemirror/language'
import type { Known, Member } from './known.ts'

export type Tree = ReturnType<typeof syntaxTree>
export type SyntaxNode = Tree['topNode']
/** A type, and what it is if it is called. */
type Found = { readonly type: string; readonly call?: { readonly member: Member; readonly on: string } }

const deepest = 24
const ofList = (type: string | undefined): string | undefined => (type?.endsWith('[]') ? type.slice(0, -2) : undefined)
const value = (type: string | null | undefined): Found | undefined => (type == null ? undefined : { type })
const children = (node: SyntaxNode): readonly SyntaxNode[] => {
  const all: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) all.push(child)
  return all
}
const after = (node: SyntaxNode, name: string): SyntaxNode | null | undefined => {
  const all = children(node)
  return all[all.findIndex((child) => child.name === name) + 1]
}
const comparing = new Set(['CompareOp'])

/** Finds out what parts of a source are, as far as completing needs it: by the tree alone, and nothing where it is not sure. */
export class Resolver {
  readonly #known: Known
  readonly #tree: Tree
  readonly #read: (from: number, to: number) => string
  constructor(known: Known, tree: Tree, read: (from: number, to: number) => string) {
    this.#known = known
    this.#tree = tree
    this.#read = read
  }

  membersOf(type: string | undefined): Readonly<Record<string, Member>> | undefined {
    if (type === undefined) return undefined
    const name = ofList(type) === undefined ? type : 'list'
    return Object.hasOwn(this.#known.types, name) ? this.#known.types[name] : undefined
  }

  typeOf(node: SyntaxNode | null | undefined): string | undefined {
    return this.#find(node, 0)?.type
  }

  /** What a name or a property that stands there is. */
  memberAt(node: SyntaxNode): Member | undefined {
    const name = this.text(node)
    if (node.name === 'VariableName') {
      if (this.#definition(node)) return undefined
      return Object.hasOwn(this.#known.names, name) ? this.#known.names[name] : undefined
    }
    if (node.name !== 'PropertyName' || node.parent?.name !== 'MemberExpression') return undefined
    return this.#own(this.typeOf(node.parent.firstChild), name)
  }

  text({ from, to }: SyntaxNode): string {
    return this.#read(from, to)
  }

  #own(type: string | undefined, name: string): Member | undefined {
    const members = this.membersOf(type)
    return members && Object.hasOwn(members, name) ? members[name] : undefined
  }

  #find(node: SyntaxNode | null | undefined, depth: number): Found | undefined {
    if (!node || depth > deepest) return undefined
    const first = node.firstChild
    switch (node.name) {
      case 'VariableName':
        return this.#name(node, depth)
      case 'MemberExpression':
        return this.#member(node, depth)
      case 'CallExpression':
        return this.#called(node, depth)
      case 'ParenthesizedExpression':
        return this.#find(first?.nextSibling, depth + 1)
      case 'AwaitExpression':
        return this.#find(node.lastChild, depth + 1)
      case 'NewExpression':
        return value(first?.nextSibling && this.text(first.nextSibling))
      case 'UnaryExpression':
        return value(first?.name === 'LogicOp' ? 'boolean' : 'number')
      case 'BinaryExpression':
        return this.#binary(node, depth)
      case 'ConditionalExpression':
        return this.#find(first?.nextSibling?.nextSibling, depth + 1) ?? this.#find(node.lastChild, depth + 1)
      case 'ArrayExpression': {
        const item = this.#find(first?.nextSibling, depth + 1)?.type
        return value(`${item ?? 'any'}[]`)
      }
      case 'String':
      case 'TemplateString':
        return value('string')
      case 'Number':
        return value('number')
      case 'BooleanLiteral':
        return value('boolean')
      default:
        return undefined
    }
  }

  #binary(node: SyntaxNode, depth: number): Found | undefined {
    const [left, operator, right] = children(node)
    if (operator && comparing.has(operator.name)) return value('boolean')
    if (operator?.name === 'LogicOp') return this.#find(right, depth + 1) ?? this.#find(left, depth + 1)
    const sides = [left, right].map((side) => this.#find(side, depth + 1)?.type)
    return value(sides.includes('string') ? 'string' : 'number')
  }

  #member(node: SyntaxNode, depth: number): Found | undefined {
    const on = this.#find(node.firstChild, depth + 1)?.type
    const last = node.lastChild
    if (last?.name !== 'PropertyName') return value(ofList(on))
    return this.#asFound(this.#own(on, this.text(last)), on)
  }

  #asFound(member: Member | undefined, on = ''): Found | undefined {
    if (!member) return undefined
    return member.call ? { type: 'any', call: { member, on } } : value(member.type)
  }

  #called(node: SyntaxNode, depth: number): Found | undefined {
    const called = this.#find(node.firstChild, depth + 1)?.call
    if (!called) return undefined
    const { type } = called.member
    const base = type.replace(/(\[\])+$/, '')
    const rest = type.slice(base.length)
    if (base === 'T') return value(ofList(called.on) && ofList(called.on) + rest)
    if (base !== 'U') return value(type)
    const body = node.lastChild && children(node.lastChild).find(({ name }) => name === 'ArrowFunction')?.lastChild
    return value(`${this.#find(body, depth + 1)?.type ?? 'any'}${rest}`)
  }

  #name(node: SyntaxNode, depth: number): Found | undefined {
    const definition = this.#definition(node)
    if (definition) return this.#defined(definition, depth)
    const name = this.text(node)
    return Object.hasOwn(this.#known.names, name) ? this.#asFound(this.#known.names[name]) : undefined
  }

  /** The definition that a name means: the last one before it. */
  #definition(node: SyntaxNode): SyntaxNode | undefined {
    const name = this.text(node)
    let found: SyntaxNode | undefined
    this.#tree.iterate({
      to: node.from,
      enter: (at) => {
        if (at.name === 'VariableDefinition' && at.to <= node.from && this.#read(at.from, at.to) === name) found = at.node
      },
    })
    return found
  }

  #defined(definition: SyntaxNode, depth: number): Found | undefined {
    const property = definition.parent?.name === 'PatternProperty' ? definition.parent : undefined
    const pattern = property?.parent ?? definition
    const whole = this.#source(pattern, depth)
    if (!property) return whole
    const key = property.firstChild && this.text(property.firstChild)
    return this.#asFound(this.#own(whole?.type, key ?? ''), whole?.type)
  }

  /** What a definition or a pattern is made from: what it is set to, the list it runs over, or what a method of a list gives to its function. */
  #source(pattern: SyntaxNode, depth: number): Found | undefined {
    const holder = pattern.parent
    if (holder?.name === 'VariableDeclaration') {
      if (pattern.nextSibling?.name === 'Equals') return this.#find(pattern.nextSibling.nextSibling, depth + 1)
    } else if (holder?.name === 'ForOfSpec') return value(ofList(this.#find(after(holder, 'of'), depth + 1)?.type))
    else if (holder?.name === 'ParamList') {
      const call = holder.parent?.name === 'ArrowFunction' ? holder.parent.parent?.parent : undefined
      const callee = call?.name === 'CallExpression' ? call.firstChild : undefined
      const on = callee?.name === 'MemberExpression' ? this.#find(callee.firstChild, depth + 1)?.type : undefined
      const parameters = children(holder).filter(({ name }) => /Definition$|Pattern$/.test(name))
      const place = parameters.findIndex(({ from }) => from === pattern.from)
      const method = callee?.lastChild && this.text(callee.lastChild)
      const items = method === 'reduce' || method === 'reduceRight' ? [1] : method === 'toSorted' ? [0, 1] : [0]
      if (items.includes(place)) return value(ofList(on))
      if (place === 1) return value('number')
    }
    return undefined
  }

  /** Names that are defined before a place. */
  definedBefore(position: number): readonly string[] {
    const names = new Set<string>()
    this.#tree.iterate({
      to: position,
      enter: ({ name, from, to }) => {
        if (name === 'VariableDefinition' && to < position) names.add(this.#read(from, to))
      },
    })
    return [...names]
  }
}
