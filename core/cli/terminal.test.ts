import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import test from 'node:test'
import { createTerminal } from './terminal.ts'

/** A terminal whose person can be typed for, and whose raw mode is remembered. */
const person = () => {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    raw: [] as boolean[],
    setRawMode(raw: boolean) {
      this.raw.push(raw)
    },
  })
  const [stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })]
  return { stdin, stdout, stderr, terminal: createTerminal({ stdin, stdout, stderr }) }
}

test('a secret is typed unseen, with corrections', async () => {
  const { stdin, stderr, terminal } = person()
  const asked = terminal.askSecret('Password: ')
  stdin.write('wrong\u0015seconx\u007F')
  stdin.write('dé\r')
  assert.equal(await asked, 'secondé')
  assert.deepEqual(stdin.raw, [true, false])
  assert.equal(String(stderr.read()), 'Password: \n')
})

test('Ctrl-C and the end of the input cancel', async () => {
  for (const end of [(stdin: PassThrough) => stdin.write('abc\u0003'), (stdin: PassThrough) => stdin.end()]) {
    const { stdin, terminal } = person()
    const asked = terminal.askSecret('? ')
    end(stdin)
    await assert.rejects(asked, { message: 'cancelled', exitCode: 130 })
  }
  const { stdin, terminal } = person()
  const asked = terminal.ask('? ')
  stdin.end()
  await assert.rejects(asked, { message: 'cancelled' })
})

test('two questions, one after the other', async () => {
  const { stdin, terminal } = person()
  const first = terminal.ask('One? ')
  stdin.write(' ada \n')
  assert.equal(await first, 'ada')
  const second = terminal.ask('Two? ')
  stdin.write('\n')
  assert.equal(await second, '')
})
