/** What is wrong with a part of a source. `instead`: what was probably meant in its place. */
export type Remark = { readonly message: string; readonly instead?: string }

/** A part of a source that should have been written otherwise. */
export const better = (message: string, instead: string): Remark => ({ message: `${message}; did you mean \`${instead}\`?`, instead })

/** The source with another text in place of a part. */
export const replaced = (source: string, { start, end }: { readonly start: number; readonly end: number }, instead: string): string =>
  source.slice(0, start) + instead + source.slice(end)
