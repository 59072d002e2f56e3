// A process with a pool and nothing else: it must wait for its runs, and end by itself after them. Prints their results.
import { createPool } from '../index.ts'
import { program, shown, unstoppable } from './programs.ts'

// The deadline is not what this is about, and a busy machine is slow.
const pool = createPool({ size: 2, limits: { deadline: 1000 } })
const sources = [
  'String(new Date())',
  '[new Date(2020, 6, 1).getHours(), new Date("2020-07-01T00:00").toISOString(), Date.now()]',
  'Array.from({ length: 3 }, () => Math.random())',
  'new Date(0).toLocaleString()',
  'let n = 0; for (let i = 0; i < 1e6; i++) n += i; return n',
  'for (let i = 0; i < 4e6; i++); return 1',
  '(() => { try { null.x } catch (e) { return e.stack } })()',
  'Object.keys({ b: 1, 2: 1, a: 1, 1: 1 }).concat([..."ß".toUpperCase()], ["ä", "z"].sort((a, b) => a.localeCompare(b)))',
]
const runs = sources.map((source) => ({ program: program(source), scope: {}, now: 1_600_000_000_000, seed: 7 }))
const results = await Promise.all([...runs.map((run) => pool.run(run)), pool.runAll(runs).then((all) => all.map(shown).join())])
process.stdout.write(`${results.map((result) => (typeof result === 'string' ? result : shown(result))).join('\n')}\n`)
// Nor does the worker that takes the place of another keep the process.
process.stdout.write(`${shown(await pool.run({ program: program(unstoppable), scope: {}, now: 0 }))}\n`)
