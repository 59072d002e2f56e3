import { ask, definePlugin, defineStage, localized, localText, msg, pass, screen, Type } from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

export const stage = defineStage({
  kind: 'dummy',
  settings: Type.Object({
    title: localText({ title: 'Title', description: 'The heading of the page.' }),
    text: Type.Optional(localText({ title: 'Text', description: 'A paragraph below the heading.' })),
  }),
  answer: Type.Object({}),

  show: ({ settings, request }) =>
    ask(
      screen(
        localized(settings.title, request.locale),
        ...(settings.text === undefined ? [] : [{ node: 'text' as const, text: localized(settings.text, request.locale) }]),
        { node: 'button', label: msg('dummy.continue') },
      ),
    ),
  submit: () => pass(),
})

export default definePlugin({ id: 'dummy', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
