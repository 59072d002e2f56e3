import { ask, defineFact, definePlugin, defineStage, facts, know, msg, pass, ports, retry, screen, Type } from 'sluice/plugin'

export const terms = defineFact('terms', Type.Object({ version: Type.String(), at: Type.String() }))

export const stage = defineStage({
  kind: 'terms',
  settings: Type.Object({
    version: Type.String({ title: 'Version', description: 'Users are asked again when this changes.' }),
    url: Type.String({ title: 'Link', format: 'uri', description: 'Where the full text is.' }),
  }),
  answer: Type.Object({ agree: Type.Optional(Type.Literal('on')) }),
  needs: [facts.user],
  gives: [terms],
  use: { clock: ports.clock },
  show: ({ settings }) =>
    ask(
      screen(
        msg('terms.title'),
        { node: 'link', label: msg('terms.read'), href: settings.url },
        { node: 'field', input: 'check', name: 'agree', label: msg('terms.agree') },
        { node: 'button', label: msg('terms.continue') },
      ),
    ),
  submit: ({ settings, use }, answer) =>
    answer.agree
      ? pass({ know: [know(terms, { version: settings.version, at: use.clock.now().toISOString() })] })
      : retry({ agree: msg('terms.required') }),
})

export default definePlugin({
  id: 'terms',
  version: '1.0.0',
  api: '^1',
  stages: [stage],
  messages: {
    en: {
      'terms.title': 'Terms of use',
      'terms.read': 'Read the terms',
      'terms.agree': 'I agree to the terms',
      'terms.continue': 'Continue',
      'terms.required': 'Agree to the terms to go on.',
    },
    de: {
      'terms.title': 'Nutzungsbedingungen',
      'terms.read': 'Bedingungen lesen',
      'terms.agree': 'Ich stimme den Bedingungen zu',
      'terms.continue': 'Weiter',
      'terms.required': 'Bitte stimmen Sie den Bedingungen zu.',
    },
  },
})
