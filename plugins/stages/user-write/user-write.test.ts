import assert from 'node:assert/strict'
import test from 'node:test'
import { facts, know, type Known } from 'sluice/plugin'
import { aUser, drive, memoryPasswords, memoryUsers, messagesContract, stageContract } from 'sluice/kit'
import plugin, { stage } from './plugin.ts'

const ada = aUser({ username: 'ada', attributes: { room: '1', phone: '2' } })
const users = memoryUsers(ada)
const asked = (...known: Known[]) => ({ use: { users, write: users, passwords: memoryPasswords() }, know: known })
const data = (values: object) => know(facts.data, values)
const user = know(facts.user, { id: ada.id, username: 'ada' })
const newPassword = know(facts.newPassword, { hash: '$argon2id$…' })
const setPassword = (userId: string) => ({ effect: 'passwords.set', data: { userId, hash: '$argon2id$…' } })

test('meets the stage contract', () => stageContract(stage, { mode: 'create' }, asked(data({ username: 'eve' }))))
test('its texts are complete', () => messagesContract(plugin, import.meta.dirname))

test('creates a user with password, roles and groups', async () => {
  const settings = { mode: 'create', roles: ['admin'], groups: ['staff'] }
  const answers = data({ username: 'eve', name: 'Eve', email: 'eve@example.com', room: 7, news: false })
  assert.deepEqual(await drive(stage, settings, asked(answers, newPassword)).show(), {
    go: 'pass',
    know: [know(facts.user, { id: 'new-eve', username: 'eve' })],
    do: [
      {
        effect: 'users.create',
        back: 'data',
        data: {
          id: 'new-eve',
          fields: { username: 'eve', name: 'Eve', email: 'eve@example.com', attributes: { room: 7, news: false } },
          roles: ['admin'],
          groups: ['staff'],
        },
      },
      setPassword('new-eve'),
    ],
  })
})

test('`create` makes another user even where one is known', async () => {
  const outcome = await drive(stage, { mode: 'create' }, asked(data({ username: 'eve' }), user)).show()
  assert.deepEqual(outcome.go === 'pass' && outcome.know, [know(facts.user, { id: 'new-eve', username: 'eve' })])
})

test('what a prompt did not ask for cannot be had by naming it: roles, groups and ids come from settings', async () => {
  const answers = data({ username: 'eve', roles: ['admin'], id: ada.id, enabled: true })
  const outcome = await drive(stage, { mode: 'create' }, asked(answers)).show()
  assert.deepEqual(outcome.go === 'pass' && outcome.do?.[0]?.data, {
    id: 'new-eve',
    fields: { username: 'eve', attributes: { roles: ['admin'], id: ada.id, enabled: true } },
    roles: [],
    groups: [],
  })
})

test('a new user needs a name', async () => {
  for (const answers of [{}, { username: '' }, { username: 7 }]) {
    const outcome = await drive(stage, { mode: 'create' }, asked(data(answers))).show()
    assert.deepEqual(outcome, { go: 'deny', why: { key: 'user-write.no-username' } })
  }
})

test('updates what was asked and nothing else', async () => {
  assert.deepEqual(await drive(stage, { mode: 'update', roles: ['admin'] }, asked(data({ name: 'Ada L.', room: '9' }), user)).show(), {
    go: 'pass',
    know: [user],
    do: [{ effect: 'users.update', back: 'data', data: { id: ada.id, fields: { name: 'Ada L.', attributes: { room: '9', phone: '2' } } } }],
  })
})

test('a new password alone changes only the password', async () => {
  assert.deepEqual(await drive(stage, { mode: 'update' }, asked(data({}), user, newPassword)).show(), {
    go: 'pass',
    know: [user],
    do: [setPassword(ada.id)],
  })
})

test('without somebody to update it denies, and never creates', async () => {
  const nobody = await drive(stage, { mode: 'update' }, asked(data({ username: 'eve' }))).show()
  assert.deepEqual(nobody, { go: 'deny', why: { key: 'user-write.nobody' } })
  const gone = know(facts.user, { id: 'gone', username: 'gone' })
  const outcome = await drive(stage, { mode: 'create-or-update' }, asked(data({ username: 'eve' }), gone)).show()
  assert.deepEqual(outcome, { go: 'deny', why: { key: 'user-write.gone' } })
})

test('`create-or-update` follows whether the flow knows somebody', async () => {
  const effects = async (...known: Known[]) => {
    const outcome = await drive(stage, { mode: 'create-or-update' }, asked(data({ username: 'eve' }), ...known)).show()
    return outcome.go === 'pass' ? outcome.do?.map((one) => one.effect) : outcome
  }
  assert.deepEqual(await effects(), ['users.create'])
  assert.deepEqual(await effects(user), ['users.update'])
})

test('needs what a prompt asked', async () => {
  await assert.rejects(drive(stage, { mode: 'create' }, asked(newPassword)).show(), /needs the fact "data"/)
})
