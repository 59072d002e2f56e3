import { ask, definePlugin, defineStage, deny, facts, msg, pass, ports, screen, Type } from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

export const stage = defineStage({
  kind: 'consent',
  settings: Type.Object({
    mode: Type.Enum(['once', 'always'], {
      title: 'Ask',
      description: '`once`: what a user allowed an application is remembered, only more is asked again. `always`: at every sign-in.',
      default: 'once',
    }),
  }),
  answer: Type.Object({ consent: Type.Enum(['allow', 'deny']) }),
  needs: [facts.user],
  use: { consents: ports.consents },

  async show({ settings, application, wants, need, use }) {
    const asked = wants.consent?.to ?? []
    if (!application || !asked.length) return pass()

    const { id } = need(facts.user)
    const mayPass = settings.mode === 'once' && !wants.consent?.always
    const names = asked.map((scope) => scope.name)
    if (mayPass && (await use.consents.covers(id, application.slug, names))) return pass()

    return ask(
      screen(
        msg('consent.title', { application: application.name }),
        { node: 'text', text: msg('consent.scopes', { application: application.name }) },
        { node: 'list', items: asked.map((scope) => ({ text: scope.text })) },
        { node: 'button', name: 'consent', value: 'allow', label: msg('consent.allow'), kind: 'primary' },
        { node: 'button', name: 'consent', value: 'deny', label: msg('consent.deny'), kind: 'secondary' },
      ),
    )
  },

  submit({ settings, application, wants, need, use }, answer) {
    if (answer.consent !== 'allow') return deny(msg('consent.refused'), { byUser: true })
    if (settings.mode === 'always' || !application) return pass()
    const names = (wants.consent?.to ?? []).map((scope) => scope.name)
    return pass({ do: [use.consents.allow(need(facts.user).id, application.slug, names)] })
  },
})

export default definePlugin({ id: 'consent', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
