import assert from 'node:assert/strict'
import test from 'node:test'
import { findCommand, parse } from './arguments.ts'
import type { Command } from './command.ts'

const command = (name: string, more: Partial<Command> = {}): Command => ({ name, summary: name, flags: {}, run: async () => 0, ...more })
const commands = [
  command('serve'),
  command('config init', {
    parameters: [{ name: 'PATH', description: 'A file.' }],
    flags: { force: { type: 'boolean', description: '' } },
  }),
  command('recover', {
    parameters: [{ name: 'USER', required: true, description: 'A user.' }],
    flags: { as: { type: 'string', value: 'NAME', description: '' } },
  }),
]
const [, configInit, recover] = commands as [Command, Command, Command]

test('a command is found by one word or two, and the rest is its own', () => {
  assert.deepEqual(findCommand(commands, ['config', 'init', 'x', '--force']), { command: configInit, rest: ['x', '--force'] })
  assert.deepEqual(findCommand(commands, ['recover', 'ada']), { command: recover, rest: ['ada'] })
})

test('an unknown command is answered with the nearest', () => {
  const refused = (argv: readonly string[], message: string) => assert.throws(() => findCommand(commands, argv), { message, exitCode: 2 })
  refused(['recver'], 'there is no command "recver"; did you mean "recover"?')
  refused(['config'], '"config" needs another word: config init')
  refused(['config', 'int'], 'there is no command "config int"; did you mean "config init"?')
  refused(['zzz'], 'there is no command "zzz"')
})

test('flags and parameters', () => {
  assert.deepEqual(
    { ...parse(recover, ['ada', '--as', 'bob']), flags: undefined },
    { parameters: ['ada'], flags: undefined, lists: {}, help: false },
  )
  assert.equal(parse(recover, ['ada', '--as=bob']).flags['as'], 'bob')
  assert.equal(parse(recover, ['-h']).help, true)
  assert.deepEqual(parse(recover, ['--', '-x']).parameters, ['-x'])
})

test('what may be given several times is a list', () => {
  const several = command('several', {
    parameters: [{ name: 'FILE', many: true, description: 'A file.' }],
    flags: { answer: { type: 'string', value: 'K=V', many: true, description: '' }, as: { type: 'string', description: '' } },
  })
  const { parameters, flags, lists } = parse(several, ['a', '--answer', 'x=1', 'b', '--answer=y=2', '--as', 'z', 'c'])
  assert.deepEqual([parameters, { ...flags }, lists], [['a', 'b', 'c'], { as: 'z' }, { answer: ['x=1', 'y=2'] }])
  assert.deepEqual(parse(several, []).lists, {})
  assert.throws(() => parse(several, ['--answer']), { message: '--answer needs a value: --answer K=V' })
})

test('what a command does not know is refused by name', () => {
  const refused = (args: readonly string[], message: string) => assert.throws(() => parse(recover, args), { message, exitCode: 2 })
  refused([], '"recover" needs USER: A user.')
  refused(['a', 'b'], '"recover" does not know what to do with "b"')
  refused(['a', '--ass', 'x'], '"recover" has no flag --ass; did you mean "--as"?')
  refused(['a', '-z'], '"recover" has no flag -z')
  refused(['a', '--as'], '--as needs a value: --as NAME')
  refused(['a', '--as='], '--as needs a value: --as NAME')
  assert.throws(() => parse(configInit, ['--force=yes']), { message: '--force takes no value' })
})
