import type { Authenticator, Plugin, Policy, Protocol, Sink, Stage } from '../api/index.ts'

/** Something that a plugin brings to be configured. */
export type Brought = Stage | Authenticator | Policy | Protocol | Sink

export const broughtBy = ({ stages = [], authenticators = [], policies = [], protocols = [], sinks = [] }: Plugin): readonly Brought[] => [
  ...stages,
  ...authenticators,
  ...policies,
  ...protocols,
  ...sinks,
]
