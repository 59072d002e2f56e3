import type { Authenticator, Json, StageContext } from '../../core/api/index.ts'
import { type Factors, factorsBy, noFactors } from '../../core/access/factors.ts'
import type { Trust } from '../../core/access/types.ts'
import { Delegation, type Recorded } from '../../core/engine/delegation.ts'
import type { EngineParts } from '../../core/engine/parts.ts'
import { begun, type RunState } from '../../core/engine/state.ts'
import type { Program } from '../../core/engine/program.ts'
import { brokenLog, describing, type KnownDevice, type ListedDevice } from '../../core/identity/described.ts'
import { answerCheckOf } from '../../core/configuration/schema.ts'
import { overlayStore } from '../../core/store/overlay.ts'
import { memoryDevices } from './devices.ts'
import { validSettings } from './schema.ts'

/** What a stage that delegates finds. */
export type GivenAuthenticators = {
  /** Those that are enabled, with their ports and settings. */
  readonly enabled?: readonly { readonly authenticator: Authenticator; readonly settings?: object; readonly use?: object }[]
  /** Without `data`: one that cannot be opened. */
  readonly devices?: readonly ListedDevice[]
  /** Of the configuration: is a second factor required, how long may a browser be trusted, … */
  readonly mfa?: Partial<Pick<Factors, 'require' | 'grace' | 'trust' | 'recent' | 'levels'>>
  /** How far users trust the browser. */
  readonly trust?: readonly Trust[]
  /** When the grace period of the user ends. */
  readonly dueAt?: Date
}

const isOpened = (device: ListedDevice): device is KnownDevice => device.data !== undefined

/** The engine's own delegation, on devices in memory. */
export function delegation(
  given: GivenAuthenticators,
  context: StageContext<any, any, any, any>,
  recorded: Recorded | undefined,
): Delegation {
  const { enabled = [], devices = [], mfa = {}, trust = [], dueAt } = given
  const authenticators = new Map(
    enabled.map(({ authenticator, settings = {} }) => [
      authenticator.kind,
      { authenticator, settings: validSettings(authenticator, settings) },
    ]),
  )
  const factors: Factors = { ...noFactors, ...mfa, authenticators, factorsOf: factorsBy(authenticators) }
  const now = context.request.at.getTime()
  const ofKind = (kind: string) => memoryDevices(...devices.filter(isOpened).filter((device) => device.kind === kind))
  const parts = {
    store: overlayStore(),
    now: () => now,
    log: { error() {} },
    factors: {
      use: (kind: string) => ({ devices: ofKind(kind), ...enabled.find(({ authenticator }) => authenticator.kind === kind)?.use }),
      devices: {
        ofKind,
        ofUser: async (userId: string) => devices.filter((device) => device.userId === userId),
        described: describing(brokenLog({ error() {} })),
      },
      answers: answerCheckOf,
      dueAt: async () => dueAt?.getTime(),
      seal: (kept: Json) => JSON.stringify(kept),
      open: (sealed: string) => JSON.parse(sealed) as Json,
    },
  } as unknown as EngineParts
  const browser = { id: 'browser', secret: '', session: undefined, known: [], familiar: [], trust, cookie: undefined }
  const asker = { request: context.request, browser, factors }
  const program = { slug: 'test', hash: '' } as Program
  const known = Object.fromEntries(
    ['user', 'login'].flatMap((name) => {
      const value = context.peek({ name } as never) as Json | undefined
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const state: RunState = begun({ program, purpose: null, wants: context.wants, facts: known }, asker, now)
  return new Delegation({ parts, state, asker, context, recorded })
}
