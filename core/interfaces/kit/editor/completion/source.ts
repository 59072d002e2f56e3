import { type Completion, type CompletionContext, type CompletionResult, snippet } from '@codemirror/autocomplete'
import { syntaxTree } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'
import { hoverTooltip, type Tooltip } from '@codemirror/view'
import known from './known.json'
import type { Known } from './known.ts'
import { completionsAt, type Offer } from './offered.ts'
import { Resolver } from './resolve.ts'

const all = known as Known
const types = { member: 'property', name: 'variable', local: 'variable', keyword: 'keyword' } as const

const resolverOf = (state: EditorState): Resolver => new Resolver(all, syntaxTree(state), (from, to) => state.sliceDoc(from, to))

const optionOf =
  (next: string) =>
  ({ label, is, member }: Offer): Completion => ({
    label,
    type: member?.call ? 'function' : types[is],
    ...(member && { detail: member.shown, ...(member.doc && { info: member.doc }) }),
    ...(member?.call && next !== '(' && { apply: member.call === 'with' ? snippet(`${label}(\${})`) : `${label}()` }),
    ...(is === 'keyword' && { boost: -1 }),
  })

/** Completes names and members by their types. */
export const completeExpression = (context: CompletionContext): CompletionResult | null => {
  const { state, pos, explicit } = context
  const offers = completionsAt(resolverOf(state), all, syntaxTree(state), pos, explicit)
  if (offers.length === 0) return null
  const from = context.matchBefore(/[\w$]+/)?.from ?? pos
  return { from, options: offers.map(optionOf(state.sliceDoc(pos, pos + 1))), validFor: /^[\w$]*$/ }
}

/** Says what a name is where somebody points at it. */
export const explainExpression = hoverTooltip((view, pos): Tooltip | null => {
  const node = syntaxTree(view.state).resolveInner(pos, 0)
  const resolver = resolverOf(view.state)
  const member = resolver.memberAt(node)
  if (!member) return null
  return {
    pos: node.from,
    end: node.to,
    above: true,
    create: () => {
      const dom = document.createElement('div')
      dom.className = 'cm-explained'
      const code = dom.appendChild(document.createElement('code'))
      code.textContent = `${resolver.text(node)}: ${member.shown}`
      if (member.doc) dom.appendChild(document.createElement('p')).textContent = member.doc
      return { dom }
    },
  }
})
