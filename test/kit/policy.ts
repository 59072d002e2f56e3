import assert from 'node:assert/strict'
import type { About, Decision, Json, Known, Policy, RequestView, User } from '../../core/api/index.ts'
import { compileTexts } from '../../core/configuration/expressions.ts'
import { createJudge } from '../../core/policy/judge.ts'
import { createPolicyPool } from '../../core/policy/pool.ts'
import type { Situation } from '../../core/policy/types.ts'
import { assertDescribed, validSettings } from './schema.ts'
import { aSituation, memoryDirectory } from './situation.ts'

/** What a policy is asked about. `use` holds its ports under the names that it gave them. */
export type Asked = {
  readonly use?: Readonly<Record<string, unknown>>
  /** Nobody is known unless given. */
  readonly user?: User
  readonly about?: About
  readonly request?: Partial<RequestView>
  readonly application?: { readonly slug: string; readonly name: string }
  /** What was proved, just before the request. */
  readonly methods?: readonly string[]
  readonly know?: readonly Known[]
}

const situationOf = ({ user, about, request, application, methods = [], know = [] }: Asked): Situation => {
  const plain = aSituation({
    ...(about && { about }),
    ...(request && { request }),
    ...(application && { application }),
    facts: Object.fromEntries(know.map(({ fact, value }) => [fact, value as Json])),
    user: user && { id: user.id, username: user.username },
  })
  return { ...plain, proofs: methods.map((method) => ({ method, at: plain.request.at.getTime() - 1000 })) }
}

/**
 * Asks one policy as the house does: settings get their defaults, their expressions are compiled and run in the sandbox. Throws where the policy
 * fails, which counts as no.
 */
export async function decide(policy: Policy, settings: object = {}, asked: Asked = {}): Promise<Decision> {
  const compiled = compileTexts(policy.settings, validSettings(policy, settings))
  if ('problems' in compiled) assert.fail(`settings of ${policy.kind}: ${compiled.problems.map(({ message }) => message).join('; ')}`)
  const pool = createPolicyPool()
  const judge = createJudge({
    pool,
    directory: memoryDirectory(asked.user ? [asked.user] : []),
    use: () => Object.freeze({ ...asked.use }),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  })
  try {
    const configured = { slug: policy.kind, policy, settings: Object.freeze(compiled.value), hash: '' }
    const binding = { test: { by: 'policy', policy: configured }, negate: false, from: undefined, until: undefined } as const
    const { said, why, reasons } = await judge({ mode: 'all', bindings: [binding], hash: '', reads: [] }, situationOf(asked))
    if (said === 'failed') throw new Error(reasons[0]?.detail)
    if (said === 'yes') return { allow: true }
    return { allow: false, why: why ?? assert.fail(`${policy.kind} refuses without saying why`) }
  } finally {
    await pool.close()
  }
}

/** What every policy must do, whoever wrote it: described settings, an answer that is the same each time, and one also while nobody is known. */
export async function policyContract(policy: Policy, settings: object = {}, asked: Asked = {}): Promise<void> {
  assert.match(policy.kind, /^[a-z][a-z0-9-]*$/, 'a kind is a lower-case slug')
  assert.deepEqual(JSON.parse(JSON.stringify(policy.settings)), policy.settings, `settings of ${policy.kind} are not plain JSON Schema`)
  assertDescribed(policy.settings, policy.kind)
  for (const name of Object.keys((policy.use ?? {}) as object))
    assert.ok(asked.use?.[name], `${policy.kind} uses the port "${name}": give one in \`use\``)

  const first = await decide(policy, settings, asked)
  assert.deepEqual(await decide(policy, settings, asked), first, `asking ${policy.kind} twice differs`)
  const { user: _, ...nobody } = asked
  // It may fail, which is a no; what it must not do is wait.
  await decide(policy, settings, nobody).catch((error: unknown) => {
    assert.doesNotMatch(String(error), /did not answer/, `${policy.kind} does not answer while nobody is known`)
  })
}
