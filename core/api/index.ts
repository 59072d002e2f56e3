import Type from 'typebox'
import { durationHint, durationPattern } from './duration.ts'
import type { Secret } from './secret.ts'

export { Type }
export type { Static, TObject, TSchema } from 'typebox'
export * from './base.ts'
export * from './text.ts'
export { durationSeconds } from './duration.ts'
export * from './expression.ts'
export * from './screen.ts'
export * from './stage.ts'
export * from './authenticator.ts'
export * from './policy.ts'
export * from './claims.ts'
export * from './protocol.ts'
export * from './sink.ts'
export * from './http.ts'
export * from './interface.ts'
export * from './plugin.ts'
export * from './ports.ts'
export { networkOf } from './network.ts'
export { Secret } from './secret.ts'
export * as facts from './facts.ts'

/** The version of this API; a plugin's `api` range must contain it. */
export const apiVersion = '1.0.0'

/**
 * A setting that is stored encrypted, is write-only everywhere and reaches the plugin as a `Secret`. `generate`: who creates an object by the API
 * without it gets one that was made, if `check` says that it is needed; with a text, one of 32 bytes in base64 (RFC 4648 §4) after that text.
 */
export const secret = ({
  generate,
  ...options
}: {
  readonly title: string
  readonly description: string
  readonly generate?: boolean | string
}) =>
  Type.Unsafe<Secret>({
    ...options,
    ...(generate && { 'x-generate': generate }),
    type: 'string',
    minLength: 1,
    'x-secret': true,
    writeOnly: true,
  })

/** A setting for a length of time, e.g. `30m`; read it by `durationSeconds`. */
export const duration = (options: { readonly title: string; readonly description: string; readonly default?: string }) =>
  Type.String({ ...options, pattern: durationPattern, 'x-hint': durationHint })
