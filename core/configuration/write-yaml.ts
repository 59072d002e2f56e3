import { stringify } from 'yaml'

/** A configuration document as YAML that people like to read: a blank line before each kind, short lists and maps of one entry in one line. */
export const documentText = (document: Readonly<Record<string, unknown>>): string =>
  Object.entries(document)
    .map(([key, value]) => stringify({ [key]: value }, { lineWidth: 120, aliasDuplicateObjects: false }))
    .join('\n')
