import assert from 'node:assert/strict'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import type { Configurable, Stage, TObject } from '../../core/api/index.ts'

type Schema = {
  readonly title?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

const options = { allErrors: true, strict: false } as const
const settingsAjv = new Ajv2020({ ...options, useDefaults: true, validateFormats: false })
const answerAjv = new Ajv2020({ ...options, removeAdditional: 'all' })
const factAjv = new Ajv2020(options)

const text = (errors: readonly ErrorObject[] | null | undefined) =>
  (errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message}`).join('; ')

/** A copy of the settings with defaults filled in. Settings that do not fit their schema fail the test. */
export function validSettings(stage: Configurable<any>, settings: object): Record<string, unknown> {
  const copy = structuredClone(settings) as Record<string, unknown>
  const check = settingsAjv.compile(stage.settings)
  assert.ok(check(copy), `settings of ${stage.kind}: ${text(check.errors)}`)
  const problems = (stage.check?.(copy) ?? []).map(({ pointer, message }) => `${pointer} ${message}`)
  assert.equal(problems.length, 0, `settings of ${stage.kind}: ${problems.join('; ')}`)
  return copy
}

export const answerSchema = (stage: Stage, settings: object): TObject =>
  typeof stage.answer === 'function' ? stage.answer(settings) : stage.answer

/** The answer without what the schema does not name, or `undefined` if it does not fit. */
export function validAnswer(schema: TObject, answer: object): Record<string, unknown> | undefined {
  const copy = structuredClone(answer) as Record<string, unknown>
  return answerAjv.compile(schema)(copy) ? copy : undefined
}

export function assertFits(schema: TObject, value: unknown, what: string): void {
  const check = factAjv.compile(schema)
  assert.ok(check(value), `${what}: ${text(check.errors)}`)
}

/** Forms, API documentation and editors show title and description of every setting, nested ones too. */
export function assertDescribed(schema: Schema, path: string): void {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    assert.ok(inner.title && inner.description, `setting ${path}/${name} has no title or no description`)
    assertDescribed(inner, `${path}/${name}`)
  }
  if (schema.items) assertDescribed(schema.items, `${path}[]`)
}
