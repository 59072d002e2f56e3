import { ask, definePlugin, defineStage, deny, facts, literal, msg, pass, ports, retry, screen, Type } from 'sluice/plugin'
import { isHashed, matches } from './answer.ts'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

/** Where the hash of a user's answer is. */
const attribute = 'securityAnswer'

/** Asks what only the user should know. It proves something, so that wrong answers are counted and guessing comes to an end. */
export const stage = defineStage({
  kind: 'security-question',
  settings: Type.Object({
    question: Type.String({ title: 'Question', description: 'What users are asked.', minLength: 1 }),
  }),
  answer: Type.Object({ answer: Type.String({ maxLength: 200 }) }),
  needs: [facts.user],
  proves: ['question'],
  use: { users: ports.users },

  async show({ settings, need, use }) {
    const user = await use.users.get(need(facts.user).id)
    if (!isHashed(user?.attributes[attribute])) return deny(msg('security-question.none'))
    return ask(
      screen(
        msg('security-question.title'),
        { node: 'field', input: 'password', name: 'answer', label: literal(settings.question), required: true, autocomplete: 'off' },
        { node: 'button', label: msg('security-question.continue') },
      ),
    )
  },

  async submit({ need, use }, { answer }) {
    const user = await use.users.get(need(facts.user).id)
    const kept = user?.attributes[attribute]
    if (!isHashed(kept)) return deny(msg('security-question.none'))
    return (await matches(answer, kept)) ? pass({ proof: 'question' }) : retry({ answer: msg('security-question.wrong') })
  },
})

export default definePlugin({ id: 'security-question', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
