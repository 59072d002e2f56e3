import type { Names } from './names.ts'

const plugin = ({ id, title }: Names) => `import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import {
  ask,
  defineAuthenticator,
  definePart,
  definePlugin,
  facts,
  literal,
  msg,
  pass,
  ports,
  retry,
  screen,
  type Static,
  Type,
} from 'sluice/plugin'

const settings = Type.Object({
  question: Type.String({ title: 'Question', description: 'What everybody is asked.', default: 'What was your first pet called?' }),
})
type Settings = Static<typeof settings>

/** What is kept of an answer, both in base64. Answers are easy to guess, so one guess has to cost something. */
type Kept = { readonly salt: string; readonly hash: string }

const slowly = promisify(scrypt) as (text: string, salt: Buffer, bytes: number) => Promise<Buffer>
/** Small letters and spaces do not matter. */
const plain = (answer: string) => answer.normalize('NFKC').toLowerCase().replace(/\\s+/g, ' ').trim()
const hashed = (answer: string, salt: Buffer) => slowly(plain(answer), salt, 32)

const use = { devices: ports.devices }
const answer = Type.Object({ answer: Type.String({ maxLength: 200 }) })
const page = (title: string, { question }: Settings) =>
  ask(
    screen(
      msg(title),
      { node: 'field', input: 'text', name: 'answer', label: literal(question), required: true, autocomplete: 'off' },
      { node: 'button', label: msg('${id}.continue') },
    ),
  )

/** Asks a question whose answer its user chose. It rests on knowledge: beside a password it is no second factor. */
export const authenticator = defineAuthenticator({
  kind: '${id}',
  label: msg('${id}.title'),
  description: msg('${id}.description'),
  settings,
  use,
  single: true,
  proves: () => ({ '${id}': ['knowledge'] }),

  enrol: definePart<Settings, typeof answer, null, typeof use>({
    answer,
    show: ({ settings }) => page('${id}.enrol', settings),
    async submit({ need, use }, given) {
      if (plain(given.answer).length < 3) return retry({ answer: msg('${id}.short') })
      const salt = randomBytes(16)
      const data: Kept = { salt: salt.toString('base64'), hash: (await hashed(given.answer, salt)).toString('base64') }
      // Choosing an answer proves nothing.
      return pass({ do: [use.devices.add(need(facts.user).id, { name: '', data })] })
    },
  }),

  verify: definePart<Settings, typeof answer, null, typeof use>({
    answer,
    show: ({ settings }) => page('${id}.verify', settings),
    async submit({ devices, use }, given) {
      for (const device of devices) {
        const { salt, hash } = device.data as Kept
        if (!timingSafeEqual(await hashed(given.answer, Buffer.from(salt, 'base64')), Buffer.from(hash, 'base64'))) continue
        // For "last used". A code would be used up by it, and count only where this is true; an answer stays as it is.
        await use.devices.use(device, device.data)
        return pass({ proof: '${id}' })
      }
      return retry({ answer: msg('${id}.wrong') })
    },
  }),
})

export default definePlugin({
  id: '${id}',
  version: '0.1.0',
  api: '^1',
  authenticators: [authenticator],
  messages: {
    en: {
      '${id}.title': '${title}',
      '${id}.description': 'A question that only you can answer.',
      '${id}.enrol': 'Choose your answer',
      '${id}.verify': 'Answer your question',
      '${id}.continue': 'Continue',
      '${id}.short': 'This answer is too short.',
      '${id}.wrong': 'That is not your answer.',
    },
    de: {
      '${id}.title': '${title}',
      '${id}.description': 'Eine Frage, die nur Sie beantworten können.',
      '${id}.enrol': 'Wählen Sie Ihre Antwort',
      '${id}.verify': 'Beantworten Sie Ihre Frage',
      '${id}.continue': 'Weiter',
      '${id}.short': 'Diese Antwort ist zu kurz.',
      '${id}.wrong': 'Das ist nicht Ihre Antwort.',
    },
  },
})
`

const test = ({ id }: Names) => `import assert from 'node:assert/strict'
import test from 'node:test'
import { aDevice, authenticatorContract, driveAuthenticator, messagesContract } from 'sluice/kit'
import type { Json } from 'sluice/plugin'
import plugin, { authenticator } from './plugin.ts'

/** What is kept of an answer that was chosen. */
const chosen = async (answer: string) => {
  const outcome = await driveAuthenticator(authenticator).enrol.submit({ answer })
  assert.ok(outcome.go === 'pass' && outcome.proof === undefined)
  const [added] = outcome.do ?? []
  return (added?.data as { readonly data: Json }).data
}
const device = aDevice({ data: await chosen('Fluffy') })

test('meets the contract of authenticators', () => authenticatorContract(authenticator, { devices: [device] }))

test('has its texts in English and German', () => messagesContract(plugin, import.meta.dirname))

test('the answer is kept as a hash, another one each time', async () => {
  assert.ok(!/fluffy/i.test(JSON.stringify(device.data)))
  assert.notDeepEqual(await chosen('Fluffy'), device.data)
  assert.equal((await driveAuthenticator(authenticator).enrol.submit({ answer: ' x ' })).go, 'retry')
})

test('the answer proves it, and nothing else does', async () => {
  const { verify, devices } = driveAuthenticator(authenticator, { devices: [device] })
  assert.deepEqual(await verify.submit({ answer: 'Rex' }), { go: 'retry', errors: { answer: { key: '${id}.wrong' } } })
  assert.deepEqual(await verify.submit({ answer: ' FLUFFY ' }), { go: 'pass', proof: '${id}' })
  assert.ok(devices.all[0]?.lastUsedAt)
})
`

const use = ({ id }: Names) => `Let people set it up:

\`\`\`yaml
authenticators:
  ${id}: { type: ${id} }
\`\`\`

It rests on knowledge, so beside a password it is no second factor; change that in \`proves\` when it does.
`

/** An authenticator that works as it is. */
export const authenticatorTemplate = { plugin, test, use }
