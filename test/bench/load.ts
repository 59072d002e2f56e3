import { median } from './figures.ts'
import { cpuSeconds } from './process.ts'

/** What is measured: `run` does one piece of work on the server `pid`. */
export type Work = { readonly pid: number; run(worker: number): Promise<unknown> }
export type Rate = { readonly perSecond: number; readonly perCpuSecond: number }

export const workers = 16
const slices = 3
const milliseconds = { warmUp: 1500, slice: 2500 }

const slice = async ({ pid, run }: Work, duration: number): Promise<Rate> => {
  const begun = performance.now()
  const cpu = cpuSeconds(pid)
  const until = begun + duration
  let done = 0
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      while (performance.now() < until) {
        await run(worker)
        done += 1
      }
    }),
  )
  return { perSecond: (done * 1000) / (performance.now() - begun), perCpuSecond: done / (cpuSeconds(pid) - cpu) }
}

/** Medians of three slices. The slices of several works take turns, so that a machine that slows down slows all of them. */
export const rates = async <Name extends string>(works: Readonly<Record<Name, Work>>): Promise<Record<Name, Rate>> => {
  const names = Object.keys(works) as Name[]
  const measured = new Map<Name, Rate[]>(names.map((name) => [name, []]))
  for (const name of names) await slice(works[name], milliseconds.warmUp)
  for (let turn = 0; turn < slices; turn += 1)
    for (const name of names) measured.get(name)?.push(await slice(works[name], milliseconds.slice))
  const rate = (name: Name, of: keyof Rate) => median((measured.get(name) ?? []).map((one) => one[of]))
  return Object.fromEntries(
    names.map((name) => [name, { perSecond: rate(name, 'perSecond'), perCpuSecond: rate(name, 'perCpuSecond') }]),
  ) as Record<Name, Rate>
}
