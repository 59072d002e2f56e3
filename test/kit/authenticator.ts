import assert from 'node:assert/strict'
import {
  type Authenticator,
  defineStage,
  type Device,
  facts,
  know,
  type Outcome,
  type Part,
  ports,
  type Stage,
} from '../../core/api/index.ts'
import { nonsense } from './contract.ts'
import { memoryDevices } from './devices.ts'
import { drive, type Driven, type Given } from './drive.ts'
import { assertDescribed, validSettings } from './schema.ts'
import { canBeSent, inputs } from './screen.ts'

/** What an authenticator finds. `devices`: those of its kind that there are; the user is `ada` (`id-ada`) unless `know` says otherwise. */
export type GivenAuthenticator = Given & {
  readonly settings?: object
  readonly devices?: readonly (Device & { readonly key?: string })[]
}
export type DrivenAuthenticator = Readonly<Record<'enrol' | 'verify' | 'identify', Driven>> & {
  /** Its devices as they are now. */
  readonly devices: ReturnType<typeof memoryDevices>
}

const ada = { id: 'id-ada', username: 'ada' }

/** One part as a stage: the engine runs it like one. */
const stageOf = (authenticator: Authenticator, part: Part, settings: object, devices: ReturnType<typeof memoryDevices>): Stage => {
  const contextFor = async (ctx: any) => {
    const user = ctx.peek(facts.user) as typeof ada | undefined
    const own = { devices: user ? await devices.of(user.id) : [] }
    return Object.create(ctx, Object.getOwnPropertyDescriptors(own)) as any
  }
  return defineStage({
    kind: authenticator.kind,
    settings: authenticator.settings,
    answer: part.answer,
    needs: part === authenticator.identify ? [] : [facts.user],
    gives: part === authenticator.identify ? [facts.login, facts.user] : [],
    proves: Object.keys(authenticator.proves(settings)),
    use: authenticator.use ?? {},
    show: async (ctx): Promise<Outcome<any>> => part.show(await contextFor(ctx)),
    submit: async (ctx, answer): Promise<Outcome<any>> => part.submit(await contextFor(ctx), answer),
  }) as Stage
}

/** Drives the parts of an authenticator as the engine does, with devices in memory. */
export function driveAuthenticator(authenticator: Authenticator, given: GivenAuthenticator = {}): DrivenAuthenticator {
  const settings = validSettings(authenticator, given.settings ?? {})
  const devices = memoryDevices(...(given.devices ?? []))
  const port = Object.entries(authenticator.use ?? {}).find(([, one]) => one === ports.devices)
  const use = { ...(port && { [port[0]]: devices }), ...given.use }
  const who = given.know ?? [know(facts.user, ada)]
  const driven = (part: Part | undefined): Driven => {
    const nobody = part === authenticator.identify
    if (!part) return { show: () => assert.fail(`${authenticator.kind} has no such part`), submit: () => assert.fail() }
    return drive(stageOf(authenticator, part, settings, devices), settings, { ...given, use, know: nobody ? [] : who })
  }
  return { enrol: driven(authenticator.enrol), verify: driven(authenticator.verify), identify: driven(authenticator.identify), devices }
}

/**
 * What every authenticator must do, whoever wrote it. With what `given` says, which has a device, none of the nonsense that is sent may be right.
 */
export async function authenticatorContract(authenticator: Authenticator, given: GivenAuthenticator): Promise<void> {
  const { kind } = authenticator
  assert.match(kind, /^[a-z][a-z0-9-]*$/, 'a kind is a lower-case slug')
  assert.deepEqual(
    JSON.parse(JSON.stringify(authenticator.settings)),
    authenticator.settings,
    `settings of ${kind} are not plain JSON Schema`,
  )
  assertDescribed(authenticator.settings, kind)
  const methods = authenticator.proves(validSettings(authenticator, given.settings ?? {}))
  assert.ok(Object.keys(methods).length > 0, `${kind} proves nothing`)
  assert.ok((given.devices?.length ?? 0) > 0, `give a device of ${kind}`)
  assert.equal(JSON.stringify(given.devices?.map((device) => authenticator.describe?.(device) ?? null) ?? []).includes('undefined'), false)

  for (const name of ['enrol', 'verify', 'identify'] as const) {
    const part = authenticator[name] as Part | undefined
    if (!part) continue
    const first = await driveAuthenticator(authenticator, given)[name].show()
    assert.equal(first.go, 'ask', `${name} of ${kind} shows no page: ${JSON.stringify(first)}`)
    if (first.go !== 'ask') continue
    const driven = driveAuthenticator(authenticator, given)[name]
    assert.deepEqual(await driven.show(), await driven.show(), `showing ${name} of ${kind} twice differs: keep what was made up`)
    assert.ok(canBeSent(first.screen), `the page of ${name} of ${kind} cannot be submitted without a button`)
    const shown = inputs(first.screen)
    for (const taken of ['use', 'later', 'trust'])
      assert.ok(!shown.includes(taken), `${name} of ${kind} has a field "${taken}", which stages use that show authenticators`)
    const properties = Object.keys(part.answer.properties)
    for (const property of properties)
      assert.ok(shown.includes(property), `"${property}" is in the answer of ${name} of ${kind} but is not shown`)
    if (name === 'enrol') continue
    for (const value of nonsense) {
      const outcome = await driveAuthenticator(authenticator, given)[name].submit(Object.fromEntries(properties.map((one) => [one, value])))
      assert.notEqual(outcome.go, 'pass', `${name} of ${kind} took ${JSON.stringify(value)?.slice(0, 40)}`)
    }
    assert.notEqual((await driveAuthenticator(authenticator, given)[name].submit({})).go, 'pass', `${name} of ${kind} took an empty answer`)
  }
}
