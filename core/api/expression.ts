import Type from 'typebox'

declare const compiled: unique symbol

/**
 * A program that an operator wrote in settings: JavaScript or erasable TypeScript, checked when the configuration is. It runs in the sandbox
 * only, by the `evaluate` of whoever was given it.
 */
export type Expression = {
  /** As it was written. */
  readonly source: string
  readonly [compiled]: true
}

/** A setting that holds an expression: written as a text, it reaches the plugin as an `Expression`. */
export const expression = (options: { readonly title: string; readonly description: string }) =>
  Type.Unsafe<Expression>({ ...options, type: 'string', minLength: 1, maxLength: 65_536, 'x-expression': true, 'x-widget': 'code' })
