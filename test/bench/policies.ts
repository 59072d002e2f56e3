import type { Figure } from './figures.ts'
import { rates, type Work } from './load.ts'
import { logIn } from './people.ts'
import { apart } from './process.ts'
import { cycle } from './relying-party.ts'
import { startOurs, type Subject } from './servers.ts'

const expressions = [
  'request.ip !== "192.0.2.1" && !request.ip.in("198.51.100.0/24", "2001:db8::/32")',
  'user.groups.length < 100 && user.username.startsWith("user")',
  'methods.includes("pwd") && session.at <= now',
]
const rules = {
  policies: Object.fromEntries(expressions.map((expression, index) => [`rule-${index}`, { type: 'expression', with: { expression } }])),
  applications: {
    app: {
      name: 'Benchmark',
      provider: 'app',
      access: { mode: 'all', bindings: expressions.map((_, index) => ({ policy: `rule-${index}` })) },
    },
  },
}

/** A password, then a code and its tokens: what somebody does in the morning. */
const signingIn = (subject: Subject, offset: number): Work => {
  let next = offset
  return { pid: subject.pid, run: async () => cycle({ ...subject, cookie: await logIn(subject.http, next++) }) }
}

/** Sign-ins at an application with three policies of an expression each, beside the same without any. */
export const policies = async (): Promise<readonly Figure[]> => {
  const [without, withThree] = [await startOurs('ES256'), await startOurs('ES256', {}, rules)]
  try {
    return await apart([without.pid, withThree.pid], async () => {
      const signIns = await rates({ none: signingIn(without, 0), three: signingIn(withThree, 0) })
      const codes = await rates({
        none: { pid: without.pid, run: () => cycle(without) },
        three: { pid: withThree.pid, run: () => cycle(withThree) },
      })
      const cost = signIns.none.perCpuSecond / signIns.three.perCpuSecond - 1
      const added = 1e6 / codes.three.perCpuSecond - 1e6 / codes.none.perCpuSecond
      return [
        { what: 'sign-ins at an application without policies', value: signIns.none.perCpuSecond, unit: '/CPU-s' },
        { what: 'sign-ins at an application with three', value: signIns.three.perCpuSecond, unit: '/CPU-s' },
        { what: 'cost of a policy to a sign-in', value: (cost / 3) * 100, unit: '%', aim: 'at most 3 %', met: cost / 3 <= 0.03 },
        { what: 'three policies at a code, all threads', value: added, unit: 'µs' },
      ]
    })
  } finally {
    await without.stop()
    await withThree.stop()
  }
}
