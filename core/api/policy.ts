import type { Static, TObject } from 'typebox'
import type { Configurable, Fact, Json, Message, Use, Used } from './base.ts'
import type { Expression } from './expression.ts'
import type { User } from './ports.ts'
import type { RequestView } from './stage.ts'

/** What is being decided: opening an application, entering a flow, running one of its steps. */
export type About = { readonly type: 'application' | 'flow' | 'step'; readonly slug: string }

/** `why` is shown to the user, so it says what they can do and nothing about anybody else. */
export type Decision = { readonly allow: true } | { readonly allow: false; readonly why: Message }
export const allow: Decision = Object.freeze({ allow: true })
export const refuse = (why: Message): Decision => ({ allow: false, why })

export type PolicyContext<S, U extends Use> = {
  readonly settings: S
  readonly use: Used<U>
  readonly about: About
  readonly request: RequestView
  /** Who it is about, as the directory knows them now; `undefined` while nobody is known. */
  readonly user: User | undefined
  readonly application: { readonly slug: string; readonly name: string } | undefined
  /** What was proved, e.g. `pwd`, each once, in the order of proof. */
  readonly methods: readonly string[]
  /** A fact of the run, if there is a run and it knows it. */
  peek<T>(this: void, fact: Fact<T>): T | undefined
  /** Runs an expression of the settings about this very case. Throws where it fails: let it, a failure is a no. */
  evaluate(this: void, expression: Expression): Promise<Json>
  readonly signal: AbortSignal
}

/** Answers yes or no and changes nothing. A throw counts as no, whatever asks, and is told apart from a plain no. */
export type Policy<S extends TObject = any, U extends Use = any> = Configurable<S> & {
  readonly use?: U
  decide(ctx: PolicyContext<Static<S>, U>): Decision | Promise<Decision>
}
export const definePolicy = <S extends TObject, U extends Use = {}>(policy: Policy<S, U>): Policy<S, U> => Object.freeze(policy)
