/** Where everybody may read an image; its id is told only where it is used. */
export const mediaPath = (id: string): string => `/media/${id}`

/** The form of an id. */
export const mediaId = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
