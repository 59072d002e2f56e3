/** A colour as `#rrggbb`. */
export type Hex = string

const channels = (color: Hex): readonly number[] => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))

/** Relative luminance, 0 to 1 (WCAG 2.2). */
const luminance = (color: Hex): number => {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** 1 to 21 (WCAG 2.2); text needs 4.5. */
export const contrast = (one: Hex, other: Hex): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** `share` of `other` in `color`: 0 is `color`, 1 is `other`. */
export const mix = (color: Hex, other: Hex, share: number): Hex => {
  const from = channels(other)
  const mixed = channels(color).map((value, at) => Math.round(value + ((from[at] ?? 0) - value) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** The nearest colour on the way to `goal` that is good; `goal` where none before it is. */
export const nearest = (color: Hex, goal: Hex, isGood: (candidate: Hex) => boolean): Hex => {
  for (let percent = 0; percent < 100; percent++) {
    const candidate = mix(color, goal, percent / 100)
    if (isGood(candidate)) return candidate
  }
  return goal
}

/** What can be read on a colour: `wanted`, black or white, if it has 4.5, else the other one, which then has it, whatever the colour. */
export const readableOn = (color: Hex, wanted: '#000000' | '#ffffff'): Hex =>
  contrast(color, wanted) >= 4.5 ? wanted : wanted === '#ffffff' ? '#000000' : '#ffffff'
