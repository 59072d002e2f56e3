import { ask, definePlugin, defineStage, facts, know, localized, localText, msg, pass, ports, retry, screen, Type } from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

/** The longest e-mail address (RFC 5321 §4.5.3.1.3, without its angle brackets); user names are shorter. */
const longest = 254
/** Nobody types control characters or halves of surrogate pairs, and some databases refuse them. */
const untypable = /[\p{Cc}\p{Cs}]/u

const labels = {
  username: msg('identification.username'),
  email: msg('identification.email'),
  both: msg('identification.username-or-email'),
}

export const stage = defineStage({
  kind: 'identification',
  settings: Type.Object({
    by: Type.Array(Type.Enum(['username', 'email']), {
      title: 'Identified by',
      description: 'What users may type to say who they are.',
      minItems: 1,
      uniqueItems: true,
      default: ['username', 'email'],
    }),
    title: Type.Optional(
      localText({ title: 'Title', description: 'The heading of the page; it is about signing in where nothing is said.' }),
    ),
    text: Type.Optional(localText({ title: 'Text', description: 'A paragraph below the heading.' })),
  }),
  answer: Type.Object({ identifier: Type.String() }),
  gives: [facts.login, facts.user],
  use: { users: ports.users },

  show({ settings, wants, peek, request }) {
    const [only, more] = settings.by
    return ask(
      screen(
        settings.title === undefined ? msg('identification.title') : localized(settings.title, request.locale),
        ...(settings.text === undefined ? [] : [{ node: 'text' as const, text: localized(settings.text, request.locale) }]),
        {
          node: 'field',
          input: only === 'email' && !more ? 'email' : 'text',
          name: 'identifier',
          label: labels[more || !only ? 'both' : only],
          value: peek(facts.login)?.identifier ?? wants.hint ?? '',
          required: true,
          autocomplete: 'username',
        },
        { node: 'button', label: msg('identification.continue') },
      ),
    )
  },

  async submit({ settings, use }, answer) {
    const identifier = answer.identifier.trim()
    if (!identifier) return retry({ identifier: msg('identification.empty') })
    if (identifier.length > longest || untypable.test(identifier)) return retry({ identifier: msg('identification.malformed') })

    // An unknown name passes like a known one: who has an account is nobody's business until a proof was given.
    const login = know(facts.login, { identifier })
    const found = await use.users.find(identifier, settings.by)
    return pass({ know: found ? [login, know(facts.user, { id: found.id, username: found.username })] : [login] })
  },
})

export default definePlugin({ id: 'identification', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
