/** The file of a database that is SQLite's; undefined for one in memory, and for other kinds. */
export const sqliteFile = (url: string): string | undefined => {
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  return path === ':memory:' ? undefined : path
}

export const isPostgresql = (url: string): boolean => /^postgres(?:ql)?:\/\//i.test(url)

/** An address as people may read it: without user and password. */
export const databaseName = (url: string): string => {
  if (!isPostgresql(url)) return url
  const { host, pathname } = new URL(url)
  return `postgresql://${host}${pathname}`
}
