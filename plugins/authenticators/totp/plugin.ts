import {
  ask,
  defineAuthenticator,
  definePart,
  definePlugin,
  facts,
  msg,
  pass,
  ports,
  retry,
  screen,
  type Static,
  Type,
} from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }
import { addressOf, inGroups, newSecret, type Parameters, stepOf } from './one-time-password.ts'

const settings = Type.Object({
  digits: Type.Enum([6, 8], { title: 'Digits', description: 'How long codes are. Not every app can do 8.', default: 6 }),
  algorithm: Type.Enum(['sha1', 'sha256', 'sha512'], {
    title: 'Algorithm',
    description: 'The hash that codes are made with. Some apps can only do SHA-1, which is safe for this.',
    default: 'sha1',
  }),
  period: Type.Integer({ title: 'Period', description: 'Seconds that a code is shown.', minimum: 15, maximum: 300, default: 30 }),
  window: Type.Integer({
    title: 'Window',
    description: 'Codes before and after the present one that count too, for clocks that differ.',
    minimum: 0,
    maximum: 10,
    default: 1,
  }),
  issuer: Type.Optional(
    Type.String({
      title: 'Issuer',
      description: 'As apps show it beside the user name. Without one it is the host name of Sluice.',
      minLength: 1,
      maxLength: 100,
    }),
  ),
})
type Settings = Static<typeof settings>

/** What is kept of an app. `step`: the last one of which a code was used. */
type App = Parameters & { readonly secret: string; readonly step: number }

const use = { devices: ports.devices, clock: ports.clock }
const parametersOf = ({ algorithm, digits, period }: Settings): Parameters => ({ algorithm, digits, period })
const answer = Type.Object({ code: Type.String() })

const codeField = (digits: number) =>
  ({
    node: 'field',
    input: 'code',
    name: 'code',
    label: msg('totp.code', { digits }),
    required: true,
    autocomplete: 'one-time-code',
  }) as const

/** Somebody who uses the next code in the moment in between takes the device's version with them: it is looked at again. */
const tries = 3

export const authenticator = defineAuthenticator({
  kind: 'totp',
  label: msg('totp.title'),
  description: msg('totp.description'),
  settings,
  use,
  proves: () => ({ totp: ['possession'] }),

  enrol: definePart<Settings, typeof answer, { readonly secret: string }, typeof use>({
    answer,
    show({ settings, kept, need, request }) {
      const secret = kept?.secret ?? newSecret(settings)
      const names = { issuer: settings.issuer ?? new URL(request.origin).hostname, account: need(facts.user).username }
      return ask(
        screen(
          msg('totp.enrol.title'),
          { node: 'text', text: msg('totp.enrol.scan') },
          { node: 'qr', text: addressOf(secret, parametersOf(settings), names), label: msg('totp.enrol.qr') },
          { node: 'copy', label: msg('totp.enrol.secret'), value: inGroups(secret) },
          { node: 'text', text: msg('totp.enrol.type') },
          codeField(settings.digits),
          { node: 'button', label: msg('totp.enrol.continue') },
        ),
        { keep: { secret } },
      )
    },
    submit({ settings, kept, need, use }, { code }) {
      if (!kept) return retry({ '': msg('totp.wrong') })
      const app = { ...parametersOf(settings), secret: kept.secret }
      const step = stepOf({ ...app, code, window: settings.window, now: use.clock.now().getTime() / 1000 })
      if (step === undefined) return retry({ code: msg('totp.enrol.wrong') })
      return pass({ proof: 'totp', do: [use.devices.add(need(facts.user).id, { name: '', data: { ...app, step } satisfies App })] })
    },
  }),

  verify: definePart<Settings, typeof answer, null, typeof use>({
    answer,
    show({ devices }) {
      // Of several apps, any will do; one that is set otherwise says so by its own codes.
      const digits = (devices[0]?.data as App | undefined)?.digits ?? 6
      return ask(
        screen(msg('totp.verify.title'), { node: 'text', text: msg('totp.verify.text') }, codeField(digits), {
          node: 'button',
          label: msg('totp.verify.continue'),
        }),
      )
    },
    async submit({ settings, devices, need, use }, { code }) {
      const now = use.clock.now().getTime() / 1000
      let apps = devices
      for (let left = tries; left > 0; left--) {
        const found = apps
          .map((device) => ({ device, app: device.data as App }))
          .map(({ device, app }) => ({ device, app, step: stepOf({ ...app, code, window: settings.window, now, after: app.step }) }))
          .find(({ step }) => step !== undefined)
        if (found?.step === undefined) return retry({ code: msg('totp.wrong') })
        if (await use.devices.use(found.device, { ...found.app, step: found.step })) return pass({ proof: 'totp' })
        apps = await use.devices.of(need(facts.user).id)
      }
      return retry({ code: msg('totp.wrong') })
    },
  }),
})

export default definePlugin({ id: 'totp', version: '1.0.0', api: '^1', authenticators: [authenticator], messages: { en, de } })
