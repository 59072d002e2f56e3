/** A plugin's name in the forms that its source needs. */
export type Names = {
  /** As given: small letters, digits and dashes. */
  readonly id: string
  /** `Acme login` */
  readonly title: string
}

/** Small letters, digits and dashes, beginning with a letter: as ids and kinds are. */
export const namePattern = /^[a-z][a-z0-9-]{0,49}$/

export const namesOf = (id: string): Names => {
  const words = id.replaceAll('-', ' ')
  return { id, title: `${words.charAt(0).toUpperCase()}${words.slice(1)}` }
}
