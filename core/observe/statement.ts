/** Values that stand in the text of a statement: the ORM writes its own there. */
const values = /'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b/g

/** A statement's text without any value of it, and not at any length. */
export const statementText = (text: string): string => text.slice(0, 4000).replaceAll(values, '?').slice(0, 1000)

const operations = new Set(['select', 'with', 'insert', 'update', 'delete', 'begin', 'commit', 'rollback', 'pragma'])

/** What kind of statement it is: one of few words. */
export const operationOf = (text: string): string => {
  const word = /^\s*([a-z]+)/i.exec(text)?.[1]?.toLowerCase() ?? ''
  return operations.has(word) ? word : 'other'
}
