import type { Events, Json } from '../../api/index.ts'
import type { Call } from './route.ts'

/** Something that a request changed. `fields`: names of what was changed, never values. */
export type Written = {
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly fields?: readonly string[]
  readonly more?: Readonly<Record<string, Json>>
}

/** Records what a request changed: who did it and by which token, what, and which of its fields. */
export const audit = (
  events: Events,
  { caller, request }: Call,
  action: string,
  { kind, id, name, fields, more }: Written,
): Promise<void> =>
  events.record({
    action,
    userId: caller.userId,
    detail: {
      object: { kind, id, name },
      ...(fields && { fields }),
      ...(caller.token && { token: caller.token }),
      ...more,
    },
    request,
  })
