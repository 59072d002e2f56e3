import {
  allow,
  definePlugin,
  definePolicy,
  expression,
  literal,
  localized,
  localText,
  msg,
  refuse,
  Type,
  type Message,
} from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

type Answer = { readonly allow: boolean; readonly message?: string }

const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' &&
  value !== null &&
  'allow' in value &&
  typeof value.allow === 'boolean' &&
  (!('message' in value) || value.message === undefined || typeof value.message === 'string')

/** What came, for the operator who wrote the expression. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

export const policy = definePolicy({
  kind: 'expression',
  settings: Type.Object({
    expression: expression({
      title: 'Expression',
      description: 'Comes to true or false, or to { allow, message }. An expression, or statements with return.',
    }),
    message: Type.Optional(
      localText({ title: 'Message', description: 'Why access is denied, as people see it, where the expression says nothing.' }),
    ),
  }),
  async decide({ settings, request, evaluate }) {
    const value = await evaluate(settings.expression)
    const answer = typeof value === 'boolean' ? { allow: value } : value
    if (!isAnswer(answer)) throw new Error(`the expression came to ${shown(value)}, which is neither true, false nor { allow, message }`)
    if (answer.allow) return allow
    const general: Message = settings.message === undefined ? msg('expression.refused') : localized(settings.message, request.locale)
    return refuse(answer.message ? literal(answer.message) : general)
  },
})

export default definePlugin({ id: 'expression', version: '1.0.0', api: '^1', policies: [policy], messages: { en, de } })
