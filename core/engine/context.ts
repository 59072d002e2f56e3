import { facts as known, type Fact, type StageContext } from '../api/index.ts'
import { patience } from './guard.ts'
import type { Attempt } from './limits.ts'
import type { Program, Step } from './program.ts'
import { factOf, type RunState } from './state.ts'
import type { Asker } from './parts.ts'

/** What a stage sees of the run. */
export function contextOf(state: RunState, program: Program, step: Step, asker: Asker, use: object): StageContext<any, any, any, any> {
  const peek = (fact: Fact) => factOf(state, fact.name)
  const context = {
    settings: step.settings,
    use,
    request: asker.request,
    flow: { slug: program.slug, title: program.title },
    application: state.application ?? undefined,
    wants: state.wants,
    kept: state.kept ?? undefined,
    need: (fact: Fact) => {
      const value = peek(fact)
      if (value === undefined) throw new Error(`step "${step.id}" needs the fact "${fact.name}", which this run has not established`)
      return value
    },
    peek,
    get signal() {
      return AbortSignal.timeout(patience)
    },
  }
  return context as unknown as StageContext<any, any, any, any>
}

export type KnownUser = { readonly id: string; readonly username: string }
export const userOf = (state: RunState) => factOf(state, known.user.name) as KnownUser | undefined
export const typedBy = (state: RunState) => (factOf(state, known.login.name) as { readonly identifier: string } | undefined)?.identifier

/** Whose attempt an answer to this step is. */
export function attemptOf(state: RunState, step: Step, { request, browser }: Asker): Attempt {
  const user = userOf(state)
  return {
    stage: step.stage.kind,
    // As typed: counted by the user, a refusal under one name would tell that another name is the same account, and that there is one.
    account: typedBy(state) ?? user?.id,
    address: request.ip,
    knownBrowser: user && browser.known.includes(user.id) ? browser.id : undefined,
  }
}
