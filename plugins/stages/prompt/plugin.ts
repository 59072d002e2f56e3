import {
  ask,
  definePlugin,
  defineStage,
  facts,
  know,
  localized,
  msg,
  pass,
  ports,
  retry,
  screen,
  type Json,
  type Message,
} from 'sluice/plugin'
import { answer } from './answer.ts'
import { check } from './check.ts'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }
import { readNewPassword } from './new-password.ts'
import { nodesOf } from './page.ts'
import { readField } from './read.ts'
import { passwordField, settings } from './settings.ts'

export const stage = defineStage({
  kind: 'prompt',
  settings,
  check,
  answer,
  gives: (settings) => (passwordField(settings) ? [facts.data, facts.newPassword] : [facts.data]),
  use: { passwords: ports.passwords },

  show({ settings, request, peek }) {
    const earlier = peek(facts.data) ?? {}
    const value = (key: string) => (Object.hasOwn(earlier, key) ? (earlier as Record<string, Json>)[key] : undefined)
    return ask(
      screen(
        localized(settings.title, request.locale),
        ...settings.fields.flatMap((field) => nodesOf(field, value(field.key) ?? field.initial, request.locale)),
        { node: 'button', label: msg('prompt.continue') },
      ),
    )
  },

  async submit({ settings, use, peek }, typed) {
    const values: Record<string, Json> = {}
    const errors: Record<string, Message> = {}
    let password: string | undefined

    for (const field of settings.fields) {
      if (field.type === 'password') {
        const read = readNewPassword(field, typed)
        if ('errors' in read) Object.assign(errors, read.errors)
        else password = read.password
      } else {
        const read = readField(field, typed[field.key])
        if ('error' in read) errors[field.key] = read.error
        else if (read.value !== undefined) values[field.key] = read.value
      }
    }
    if (Object.keys(errors).length) return retry(errors)

    // What earlier prompts asked is kept; of this one only the latest answers count, e.g. when a user name was taken and it is asked again.
    const asked = new Set(settings.fields.map((field) => field.key))
    const others = Object.entries(peek(facts.data) ?? {}).filter(([key]) => !asked.has(key))
    const data = know(facts.data, { ...Object.fromEntries(others), ...values })
    return pass({ know: password === undefined ? [data] : [data, know(facts.newPassword, { hash: await use.passwords.hash(password) })] })
  },
})

export default definePlugin({ id: 'prompt', version: '1.0.0', api: '^1', stages: [stage], messages: { en, de } })
