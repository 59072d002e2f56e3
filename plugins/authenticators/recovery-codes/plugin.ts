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
import { hashOf, newCode } from './codes.ts'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

const settings = Type.Object({
  count: Type.Integer({ title: 'Number', description: 'How many codes a user gets.', minimum: 4, maximum: 50, default: 10 }),
})
type Settings = Static<typeof settings>

/** What is kept of the codes: hashes of those that were not used, and how many there were. */
type Codes = { readonly hashes: readonly string[]; readonly of: number }

const use = { devices: ports.devices, clock: ports.clock }
const saved = Type.Object({ saved: Type.Optional(Type.Literal('on')) })
const typed = Type.Object({ code: Type.String() })

/** Somebody who uses another code in the moment in between takes the version of the codes with them: they are looked at again. */
const tries = 3

export const authenticator = defineAuthenticator({
  kind: 'recovery-codes',
  label: msg('recovery-codes.title'),
  description: msg('recovery-codes.description'),
  settings,
  use,
  backup: true,
  single: true,
  proves: () => ({ 'recovery-code': ['possession'] }),
  describe: ({ data }) => msg('recovery-codes.left', { left: (data as Codes).hashes.length, of: (data as Codes).of }),

  enrol: definePart<Settings, typeof saved, { readonly codes: readonly string[] }, typeof use>({
    answer: saved,
    show({ settings, kept, devices, request }) {
      const codes = kept?.codes ?? Array.from({ length: settings.count }, newCode)
      const { hostname } = new URL(request.origin)
      return ask(
        screen(
          msg('recovery-codes.enrol.title'),
          { node: 'text', text: msg('recovery-codes.enrol.text') },
          ...(devices.length > 0 ? [{ node: 'text', text: msg('recovery-codes.enrol.replaces'), tone: 'warn' } as const] : []),
          { node: 'codes', items: codes },
          {
            node: 'download',
            label: msg('recovery-codes.enrol.download'),
            name: `backup-codes-${hostname}.txt`,
            text: `${hostname}\n\n${codes.join('\n')}\n`,
          },
          { node: 'field', input: 'check', name: 'saved', label: msg('recovery-codes.enrol.saved'), required: true },
          { node: 'button', label: msg('recovery-codes.enrol.continue') },
        ),
        { keep: { codes } },
      )
    },
    submit({ kept, need, use }, answer) {
      if (!kept || answer.saved !== 'on') return retry({ saved: msg('recovery-codes.enrol.save-first') })
      const data: Codes = { hashes: kept.codes.map(hashOf), of: kept.codes.length }
      return pass({ do: [use.devices.add(need(facts.user).id, { name: '', data })] })
    },
  }),

  verify: definePart<Settings, typeof typed, null, typeof use>({
    answer: typed,
    show: () =>
      ask(
        screen(
          msg('recovery-codes.verify.title'),
          { node: 'text', text: msg('recovery-codes.verify.text') },
          { node: 'field', input: 'text', name: 'code', label: msg('recovery-codes.code'), required: true, autocomplete: 'off' },
          { node: 'button', label: msg('recovery-codes.verify.continue') },
        ),
      ),
    async submit({ devices, need, use }, { code }) {
      const hash = hashOf(code)
      let lists = devices
      for (let left = tries; left > 0; left--) {
        const list = lists.find(({ data }) => (data as Codes).hashes.includes(hash))
        if (!list) return retry({ code: msg('recovery-codes.wrong') })
        const { hashes, of } = list.data as Codes
        if (await use.devices.use(list, { hashes: hashes.filter((one) => one !== hash), of })) return pass({ proof: 'recovery-code' })
        lists = await use.devices.of(need(facts.user).id)
      }
      return retry({ code: msg('recovery-codes.wrong') })
    },
  }),
})

export default definePlugin({ id: 'recovery-codes', version: '1.0.0', api: '^1', authenticators: [authenticator], messages: { en, de } })
