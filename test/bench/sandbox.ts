import { createPool, type Pool, prepare, type Prepared } from '../../sandbox/index.ts'
import { defaultLimits } from '../../sandbox/limits.ts'
import { Machine } from '../../sandbox/machine.ts'
import { type Figure, percentile } from './figures.ts'

const source = `
const group = user.groups.find((one) => one.startsWith('fin'))
if (!group) return false
return request.ip.startsWith('10.') && user.attributes.clearance >= 2`

/** About so many bytes of JSON, as a sign-in has them. */
const scopeOf = (bytes: number): string => {
  const scope = {
    user: { name: 'ada', groups: ['staff', 'finance'], attributes: { clearance: 3, notes: [] as string[] } },
    request: { ip: '10.1.2.3', headers: {} as Record<string, string> },
  }
  for (let at = 0; JSON.stringify(scope).length < bytes - 60; at++) {
    scope.user.attributes.notes.push(`note ${at}`)
    scope.request.headers[`x-header-${at}`] = `value ${at} of a header`
  }
  return JSON.stringify(scope)
}

const prepared = (text: string): Prepared => {
  const done = prepare(text, { names: ['user', 'request'] })
  if ('problems' in done) throw new Error(`the program to measure has problems: ${JSON.stringify(done.problems)}`)
  return done.prepared
}

const cpu = (): number => {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** Microseconds of this thread's CPU for one of many, in the best of some rounds: what else the machine does only ever adds. */
const cost = async (count: number, work: (index: number) => unknown): Promise<number> => {
  const rounds: number[] = []
  for (let round = 0; round < 6; round++) {
    const begun = cpu()
    for (let index = 0; index < count; index++) await work(round * count + index)
    rounds.push((cpu() - begun) / count)
  }
  return Math.min(...rounds)
}

/** Of one program, or of two that take turns. */
const evaluating = (machine: Machine, programs: readonly Prepared[], scope: string): Promise<number> => {
  for (const one of programs) machine.learn(one)
  return cost(5000, (index) => {
    const { ok } = machine.run(programs[index % programs.length]!.id, { scope, now: index, seed: 0, trace: false })
    if (!ok) throw new Error('the program to measure fails')
  })
}

const compiling = (machine: Machine): Promise<number> =>
  cost(500, (index) => {
    const program = prepared(`${source} // ${index}`)
    machine.learn(program)
    if (machine.compile(program.id)) throw new Error('the program to measure cannot be compiled')
    machine.forget(program.id)
  })

const pooled = async (pool: Pool, program: Prepared, scope: string): Promise<{ readonly perSecond: number; readonly us: number }> => {
  const count = 20_000
  let left = count
  const begun = performance.now()
  const used = cpu()
  const one = async (): Promise<void> => {
    while (left-- > 0) await pool.run({ program, scope, now: left })
  }
  await Promise.all(Array.from({ length: 64 }, one))
  return { perSecond: (count / (performance.now() - begun)) * 1000, us: (cpu() - used) / count }
}

const latencies = async (pool: Pool, program: Prepared, scope: string): Promise<readonly number[]> => {
  const times: number[] = []
  for (let time = 0; time < 2000; time++) {
    const begun = performance.now()
    const { us } = await pool.run({ program, scope, now: time })
    times.push((performance.now() - begun) * 1000 - us)
  }
  return times
}

const atMost = (what: string, value: number, unit: string, aim: number): Figure => ({
  what,
  value,
  unit,
  aim: `at most ${aim} ${unit}`,
  met: value <= aim,
})

/** What a written expression costs, in the engine and by the pool. */
export const sandbox = async (): Promise<readonly Figure[]> => {
  const machine = await Machine.create(defaultLimits, '(scope) => scope')
  const [large, small] = [scopeOf(2000), scopeOf(200)]
  const program = prepared(source)
  const other = prepared(`${source} // another`)
  const one = await evaluating(machine, [program], large)
  const figures = [
    atMost('program with 2 KB of scope', one, 'µs', 80),
    atMost('program with 200 B of scope', await evaluating(machine, [program], small), 'µs', 30),
    { what: 'two programs in turn, 2 KB of scope', value: await evaluating(machine, [program, other], large), unit: 'µs' },
    atMost('check and compile a program', await compiling(machine), 'µs', 300),
  ]
  const pool = createPool()
  try {
    await pooled(pool, program, large)
    const { perSecond, us } = await pooled(pool, program, large)
    const times = await latencies(pool, program, large)
    return [
      ...figures,
      { what: 'programs by the pool, 64 at a time', value: perSecond, unit: '/s', aim: 'at least 5000 /s', met: perSecond >= 5000 },
      atMost('CPU of the main thread per program', us, 'µs', 50),
      atMost('what the pool adds to one program, median', percentile(times, 0.5), 'µs', 200),
      { what: 'what the pool adds to one program, 99 %', value: percentile(times, 0.99), unit: 'µs' },
    ]
  } finally {
    await pool.close()
  }
}
