import { ask, definePlugin, defineStage, deny, facts, msg, pass, screen, Type } from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

export const stage = defineStage({
  kind: 'sign-out',
  settings: Type.Object({}),
  answer: Type.Object({ choice: Type.Enum(['sign-out', 'stay']) }),

  show({ application, peek }) {
    if (peek(facts.signOut)?.confirmed) return pass()
    const why = application ? msg('sign-out.application', { application: application.name }) : msg('sign-out.text')
    return ask(
      screen(
        msg('sign-out.title'),
        { node: 'text', text: why },
        { node: 'button', name: 'choice', value: 'sign-out', label: msg('sign-out.confirm'), kind: 'primary' },
        { node: 'button', name: 'choice', value: 'stay', label: msg('sign-out.stay'), kind: 'secondary' },
      ),
    )
  },
  submit: (_, { choice }) => (choice === 'sign-out' ? pass() : deny(msg('sign-out.stayed'), { byUser: true })),
})

export default definePlugin({ id: 'sign-out', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
