import { ask, definePlugin, defineStage, facts, msg, pass, ports, retry, screen, Type } from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

export const stage = defineStage({
  kind: 'password',
  settings: Type.Object({
    confirm: Type.Boolean({
      title: 'Confirm',
      description:
        'For flows of people who are signed in already: says that it is about the password they have, and leaves out whoever has none, of whom it proves nothing.',
      default: false,
    }),
  }),
  answer: Type.Object({ password: Type.String() }),
  needs: [facts.login],
  proves: ['pwd'],
  use: { passwords: ports.passwords, recovery: ports.recovery },

  async show({ settings, peek, use, request, application }) {
    const user = peek(facts.user)
    if (settings.confirm && user && !(await use.passwords.has(user.id))) return pass()
    // Wherever somebody stands who is asked for it, whoever they are: it is no secret that a password can be forgotten.
    const recovery = await use.recovery.path({ request, application })
    return ask(
      screen(
        msg(settings.confirm ? 'password.confirm.title' : 'password.title'),
        {
          node: 'field',
          input: 'password',
          name: 'password',
          label: msg('password.label'),
          required: true,
          autocomplete: 'current-password',
        },
        { node: 'button', label: msg(settings.confirm ? 'password.confirm.continue' : 'password.continue') },
        ...(recovery === undefined ? [] : [{ node: 'link' as const, label: msg('password.forgot'), href: recovery }]),
      ),
    )
  },

  async submit({ settings, peek, use }, { password }) {
    if (!password) return retry({ password: msg('password.empty') })
    const user = peek(facts.user)
    // Unknown users cost the same verification and get the same answer, so that neither words nor time tell who has an account.
    const right = await use.passwords.verify(user?.id, password)
    return right && user ? pass({ proof: 'pwd' }) : retry({ '': msg(settings.confirm ? 'password.confirm.wrong' : 'password.wrong') })
  },
})

export default definePlugin({ id: 'password', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
