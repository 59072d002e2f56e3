import assert from 'node:assert/strict'
import test from 'node:test'
import { type Directory, remembering } from './directory.ts'

test('a directory that remembers is asked once for each part of each user, also where the first answer is still to come', async () => {
  const asked: string[] = []
  const ask = (part: string) => async (id: string) => (asked.push(`${part} ${id}`), [part, id])
  const directory = remembering({ user: async () => undefined, groups: ask('groups'), roles: ask('roles') } satisfies Directory)
  const answers = await Promise.all(['ada', 'ada', 'bob'].map((id) => directory.groups(id)))
  assert.deepEqual(answers, [
    ['groups', 'ada'],
    ['groups', 'ada'],
    ['groups', 'bob'],
  ])
  await directory.roles('ada')
  await directory.groups('ada')
  assert.deepEqual(asked, ['groups ada', 'groups bob', 'roles ada'])
})
