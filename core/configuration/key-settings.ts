import Type from 'typebox'
import { durationSeconds } from '../api/duration.ts'

const day = 86_400
/** Seconds: shorter would leave no time to publish a key before it signs and to accept it after. */
const shortest = 7 * day
const byDefault = 90 * day

/** The section `keys` of settings. */
export const keysSchema = Type.Object({
  rotateEvery: Type.Optional(
    Type.String({
      title: 'Rotation of signing keys',
      description:
        'How long a signing key is used before the next one follows by itself, 7d at least, or never; 90d where nothing is said.',
      pattern: '^(never|[1-9][0-9]{0,8}[smhdw])$',
      'x-hint': 'a length of time such as 90d or 26w, or never',
    }),
  ),
})

/** Milliseconds between two rotations, `undefined` for never, and what is too short. */
export const keyRotation = ({
  rotateEvery,
}: Type.Static<typeof keysSchema>): { readonly every: number | undefined; readonly problem?: string } => {
  if (rotateEvery === undefined) return { every: byDefault * 1000 }
  if (rotateEvery === 'never') return { every: undefined }
  const seconds = durationSeconds(rotateEvery)
  return seconds < shortest
    ? { every: byDefault * 1000, problem: `"${rotateEvery}" is too short; it may be 7d or longer, or never` }
    : { every: seconds * 1000 }
}
