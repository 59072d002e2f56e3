import type { Names } from './names.ts'

const plugin = ({ id, title }: Names) => `import { ask, definePlugin, defineStage, msg, pass, retry, screen, Type } from 'sluice/plugin'

/** Asks for a word that everybody who may come in was told. It is no proof of who somebody is. */
export const stage = defineStage({
  kind: '${id}',
  settings: Type.Object({
    word: Type.String({ title: 'Word', description: 'What has to be typed.', minLength: 1 }),
  }),
  answer: Type.Object({ word: Type.String() }),
  show: () =>
    ask(
      screen(
        msg('${id}.title'),
        { node: 'field', input: 'text', name: 'word', label: msg('${id}.word'), required: true },
        { node: 'button', label: msg('${id}.continue') },
      ),
    ),
  submit: ({ settings }, answer) => (answer.word === settings.word ? pass() : retry({ word: msg('${id}.wrong') })),
})

export default definePlugin({
  id: '${id}',
  version: '0.1.0',
  api: '^1',
  stages: [stage],
  messages: {
    en: {
      '${id}.title': '${title}',
      '${id}.word': 'The word',
      '${id}.continue': 'Continue',
      '${id}.wrong': 'That is not the word.',
    },
    de: {
      '${id}.title': '${title}',
      '${id}.word': 'Das Wort',
      '${id}.continue': 'Weiter',
      '${id}.wrong': 'Das ist nicht das Wort.',
    },
  },
})
`

const test = ({ id }: Names) => `import assert from 'node:assert/strict'
import test from 'node:test'
import { drive, messagesContract, stageContract } from 'sluice/kit'
import plugin, { stage } from './plugin.ts'

const settings = { word: 'swordfish' }

test('meets the contract of stages', () => stageContract(stage, settings))

test('has its texts in English and German', () => messagesContract(plugin, import.meta.dirname))

test('the word passes, and nothing else does', async () => {
  assert.equal((await drive(stage, settings).submit({ word: 'swordfish' })).go, 'pass')
  assert.deepEqual(await drive(stage, settings).submit({ word: 'herring' }), { go: 'retry', errors: { word: { key: '${id}.wrong' } } })
})
`

const use = ({ id }: Names) => `Use it in a flow:

\`\`\`yaml
steps:
  - type: identification
  - type: password
  - type: ${id}
    with: { word: swordfish }
\`\`\`
`

/** A stage that works as it is. */
export const stageTemplate = { plugin, test, use }
