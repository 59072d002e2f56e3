import { definePlugin, defineStage, deny, localized, localText, msg, Type, type LocalText } from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

const refuse = (settings: { message?: LocalText }, locale: string) =>
  deny(settings.message === undefined ? msg('deny.message') : localized(settings.message, locale))

export const stage = defineStage({
  kind: 'deny',
  settings: Type.Object({
    message: Type.Optional(
      localText({ title: 'Message', description: 'Why access is denied, as people see it. Default: a general sentence.' }),
    ),
  }),
  answer: Type.Object({}),
  ends: true,
  show: ({ settings, request }) => refuse(settings, request.locale),
  submit: ({ settings, request }) => refuse(settings, request.locale),
})

export default definePlugin({ id: 'deny', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
