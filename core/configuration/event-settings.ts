import Type from 'typebox'
import { durationHint, durationPattern, durationSeconds } from '../api/duration.ts'

const day = 86_400

/** Seconds for which events are kept where nothing is said. */
const defaultRetention = 365 * day
/** Seconds: less would delete what operators look for the day after. */
const shortest = day

/** The section `events` of settings. */
export const eventsSchema = Type.Object({
  retention: Type.Optional(
    Type.String({
      title: 'Retention',
      description: 'How long events of the audit log are kept, 1d at least; 365d where nothing is said.',
      pattern: durationPattern,
      'x-hint': durationHint,
    }),
  ),
})

/** Seconds for which events are kept, and what is wrong with what was written. */
export const retentionOf = ({ retention }: Type.Static<typeof eventsSchema>): { readonly seconds: number; readonly problem?: string } => {
  const seconds = retention === undefined ? defaultRetention : durationSeconds(retention)
  return seconds < shortest ? { seconds: defaultRetention, problem: `"${retention}" is too short; it may be 1d at least` } : { seconds }
}
