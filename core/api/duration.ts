const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** How configuration writes a length of time: `90s`, `15m`, `8h`, `30d`, `2w`. */
export const durationPattern = '^[1-9][0-9]{0,8}[smhdw]$'
export const durationHint = 'a length of time such as 15m, 8h or 30d'

/** A text that matches `durationPattern`, in seconds. */
export const durationSeconds = (text: string): number => Number(text.slice(0, -1)) * (seconds[text.slice(-1)] ?? Number.NaN)
