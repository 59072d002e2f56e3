import { language } from './texts.ts'

const formats = new Map<string, Intl.DateTimeFormat>()
const format = (name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${language.value} ${name}`
  let known = formats.get(key)
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat(language.value, options)))
  return known
}

/** `24 Nov 2026, 14:05`, in the browser's time zone. */
export const dateTime = (at: string | number | Date): string =>
  format('dateTime', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
export const dateOnly = (at: string | number | Date): string => format('date', { dateStyle: 'medium' }).format(new Date(at))
/** To the second and with the zone: for details. */
export const exactTime = (at: string | number | Date): string =>
  format('exact', { dateStyle: 'full', timeStyle: 'long' }).format(new Date(at))
export const number = (value: number): string => new Intl.NumberFormat(language.value).format(value)

const steps = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** `3 hours ago`, `in 2 days`. */
export const ago = (at: string | number | Date, now = Date.now()): string => {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000)
  const words = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' })
  for (const [unit, length] of steps) if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit)
  return words.format(0, 'second')
}

/** `1.2 MB` */
export const bytes = (size: number): string => {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = Math.min(units.length - 1, size > 0 ? Math.floor(Math.log10(size) / 3) : 0)
  const unit = units[step] ?? 'byte'
  return new Intl.NumberFormat(language.value, { style: 'unit', unit, maximumFractionDigits: 1 }).format(size / 1000 ** step)
}
