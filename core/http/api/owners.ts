import Type from 'typebox'

/** A parameter of lists of what belongs to users. */
export const userQuery = Type.Optional(Type.String({ description: 'Only those of this user: an id.', maxLength: 40 }))
