import { Liquid, LiquidError } from 'liquidjs'

/** A template that cannot be used; `line` counts from 1, where it is known. */
export class TemplateError extends Error {
  readonly line: number | undefined
  constructor(message: string, line: number | undefined) {
    super(message)
    this.name = 'TemplateError'
    this.line = line
  }
}

/** Characters of one template, and of what comes of it. */
const longest = 100_000
const common = {
  // In memory, and empty: what would include a file finds none, wherever it points.
  templates: {},
  relativeReference: false,
  ownPropertyOnly: true,
  strictVariables: true,
  strictFilters: true,
  parseLimit: longest,
  memoryLimit: 1_000_000,
  /** Milliseconds. */
  renderLimit: 200,
} as const

/** HTML is escaped unless a template says `raw`; plain text is left as it is. */
const engines = { html: new Liquid({ ...common, outputEscape: 'escape' }), text: new Liquid(common) }

const reasonOf = (error: Error): string => error.message.replace(/, line:\d+, col:\d+$/, '').replaceAll(/\p{Cc}+/gu, ' ')

/** Renders a template, within bounds of size, memory and time. Throws `TemplateError`. */
export const renderLiquid = (template: string, data: object, as: 'html' | 'text'): string => {
  try {
    const written = engines[as].parseAndRenderSync(template, data) as string
    if (written.length > longest) throw new TemplateError(`it becomes longer than ${longest} characters`, undefined)
    return written
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TemplateError) throw error
    const line = LiquidError.is(error) ? (error as { token?: { getPosition(): number[] } }).token?.getPosition()[0] : undefined
    throw new TemplateError(reasonOf(error), line)
  }
}
