const hour = 3_600_000
/** Spans of time that end now, in milliseconds. */
export const presets = { '1h': hour, '24h': 24 * hour, '7d': 168 * hour, '30d': 720 * hour } as const
export type Preset = keyof typeof presets
export const isPreset = (text: string): text is Preset => Object.hasOwn(presets, text)

/** Since when a preset is: from a full minute on, so that pages of one list agree. */
export const sinceOf = (preset: Preset, now: number): string =>
  new Date(Math.floor((now - presets[preset]) / 60_000) * 60_000).toISOString()

const two = (value: number): string => String(value).padStart(2, '0')

/** A moment as a field of type `datetime-local` has it, in the browser's time zone. */
export const localOf = (iso: string): string => {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}
/** The way back; `undefined` for what is no moment. */
export const momentOf = (local: string): string | undefined => {
  const at = new Date(local)
  return local === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
