/** Where in the console an object of the API is shown. */
export const pathOf = (kind: string, slug: string): string => `/${kind}/${encodeURIComponent(slug)}`
