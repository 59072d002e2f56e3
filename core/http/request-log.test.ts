import assert from 'node:assert/strict'
import test from 'node:test'
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import { requestLog } from './request-log.ts'

const logging = (level: string) => {
  const lines: Record<string, unknown>[] = []
  let made = 0
  const parent = pino({ level, onChild: () => (made += 1) }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { log: requestLog(parent as FastifyBaseLogger, { reqId: 'r1' }, {}), lines, made: () => made }
}

test('a line of a request carries its id, and so do those of its children', () => {
  const { log, lines } = logging('debug')
  log.info({ a: 1 }, 'said')
  log.child({ part: 'token' }).warn('warned')
  assert.deepEqual(
    lines.map(({ reqId, msg, part }) => [reqId, msg, part]),
    [
      ['r1', 'said', undefined],
      ['r1', 'warned', 'token'],
    ],
  )
})

test('a request that writes nothing makes no logger, and what is below the level is nothing', () => {
  const { log, lines, made } = logging('warn')
  log.debug('nothing')
  log.info('nothing')
  assert.deepEqual([made(), lines], [0, []])
  log.error(new Error('broken'))
  log.error('again')
  assert.deepEqual([made(), lines.length], [1, 2])
  assert.equal(log.level, 'warn')
})
