import Type from 'typebox'

/** A parameter of lists: a part of what is looked for. `of` says in words where it is looked for. */
export const searchOf = (of: string) => Type.Optional(Type.String({ description: `A part of ${of}.`, minLength: 1, maxLength: 200 }))
