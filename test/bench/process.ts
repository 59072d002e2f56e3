import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Of Linux on every platform that Node runs on. */
const ticksPerSecond = 100

/** Processes that this one has started and that run, e.g. its workers. */
const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

/** CPU time that a process, its threads and the processes that it has started have used, in seconds. */
export const cpuSeconds = (pid: number): number => [pid, ...childrenOf(pid)].map(ownCpuSeconds).reduce((sum, seconds) => sum + seconds, 0)

const ownCpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name may hold anything, even spaces and brackets.
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(utime) + Number(stime)) / ticksPerSecond
}

/** Resident memory in MiB. */
export const residentMegabytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** Servers and what loads them do not take each other's time. */
export const cores = { server: '0', load: '1' } as const
const all = `0-${availableParallelism() - 1}`

const pin = (pid: number, to: string): boolean =>
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', to, String(pid)], { stdio: 'ignore' }).status === 0

/** Does the work with these servers on one core and this process on another, where there are two and `taskset` is there. */
export const apart = async <T>(servers: readonly number[], work: () => Promise<T>): Promise<T> => {
  const able = servers.map((pid) => pin(pid, cores.server)).every(Boolean) && pin(process.pid, cores.load)
  if (!able) process.stderr.write('no taskset, or one core only: load and servers share what there is\n')
  try {
    return await work()
  } finally {
    pin(process.pid, all)
  }
}
