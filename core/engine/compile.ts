import { createHash } from 'node:crypto'
import { facts, type Fact, type Stage, type TObject } from '../api/index.ts'
import type { Check, FlowSpec, Problem, Program, Step } from './program.ts'

/** What the compiler must know of the plugins. */
export type StageLibrary = {
  stage(kind: string): Stage | undefined
  /** Checks a stage's settings, with defaults. */
  settings(stage: Stage, value: unknown): ReturnType<Check>
  /** A check of answers; what the schema does not name is dropped. */
  answers(schema: TObject): Check
  unknownStage(kind: string): string
}

export type Compiled = { readonly program: Program } | { readonly problems: readonly Problem[] }

const defaultSessionLifetime = 8 * 3600

/** Facts that a run of this designation is given at its start, by the engine's caller. */
function supplied(spec: FlowSpec): readonly Fact[] {
  if (spec.designation === 'authorization') return [facts.user]
  if (spec.designation === 'invalidation') return [facts.signOut]
  return spec.designation === 'recovery' && spec.entry === 'link' ? [facts.user] : []
}

const resolve = <T>(value: T | ((settings: object) => T), settings: object): T =>
  typeof value === 'function' ? (value as (settings: object) => T)(settings) : value

/** Turns a checked flow document into a program, or says all that is wrong with it. */
export function compileFlow(slug: string, spec: FlowSpec, library: StageLibrary): Compiled {
  const problems: Problem[] = []
  const steps: Step[] = []
  const known = new Set(supplied(spec).map((fact) => fact.name))
  const ids = new Set<string>()

  for (const [index, said] of spec.steps.entries()) {
    const path = ['steps', index] as const
    const stage = library.stage(said.type)
    if (!stage) {
      problems.push({ path: [...path, 'type'], message: library.unknownStage(said.type) })
      continue
    }
    const id = said.id ?? `${said.type}-${index + 1}`
    if (ids.has(id)) problems.push({ path: [...path, 'id'], message: `two steps have the id "${id}"; give one of them another` })
    ids.add(id)

    const settings = library.settings(stage, said.with ?? {})
    if ('problems' in settings) {
      problems.push(...settings.problems.map((p) => ({ path: [...path, 'with', ...p.path], message: p.message })))
      continue
    }
    const needs: readonly Fact[] = resolve(stage.needs ?? [], settings.value)
    const gives: readonly Fact[] = resolve(stage.gives ?? [], settings.value)
    for (const fact of needs) {
      if (known.has(fact.name)) continue
      problems.push({
        path: [...path],
        message: `step "${id}" needs the fact "${fact.name}", which no earlier step gives; put a step that gives it before`,
      })
    }
    for (const fact of gives) known.add(fact.name)
    steps.push({ id, stage, settings: settings.value, needs, gives, checkAnswer: library.answers(resolve(stage.answer, settings.value)) })
  }

  if (
    spec.designation === 'authentication' &&
    problems.length === 0 &&
    spec.entry !== 'link' &&
    !steps.some((step) => step.stage.proves?.length)
  ) {
    problems.push({
      path: ['steps'],
      message: 'no step proves who the user is, so no run of this flow could open a session; add one, e.g. `- type: password`',
    })
  }
  if (problems.length > 0) return { problems }
  return {
    program: {
      slug,
      title: spec.title,
      designation: spec.designation,
      byLink: spec.entry === 'link',
      sessionLifetime: spec.session?.lifetime ?? defaultSessionLifetime,
      steps,
      hash: createHash('sha256')
        .update(
          JSON.stringify([slug, spec, steps.map((step) => [step.id, step.stage.kind, step.stage.upgrades?.length ?? 0, step.settings])]),
        )
        .digest('base64url'),
    },
  }
}
