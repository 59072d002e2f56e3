const form = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2}))?$/

/** Epoch milliseconds of an instant in ISO 8601: a day (its beginning, in UTC), or a day and time with its zone. `undefined` for anything else. */
export const instantOf = (text: string): number | undefined => {
  const [, day = '', time, zone = 'Z'] = form.exec(text) ?? []
  const midnight = Date.parse(`${day}T00:00:00Z`)
  // `Date` takes 31 February for 3 March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined
  const at = time === undefined ? midnight : Date.parse(`${day}T${time}${zone}`)
  return Number.isNaN(at) ? undefined : at
}
