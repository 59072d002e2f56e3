import { type Entry, entryOf, type Field, helpers, scopeNames } from './scope.ts'

const comment = (text: string, indent = ''): string => `${indent}/** ${text} */`

const property = ([name, { type, description }]: readonly [string, Pick<Field, 'type' | 'description'>]): string =>
  `${comment(description, '  ')}\n  readonly ${name}: ${type}`

/** `User` of `User | null`. */
const baseName = ({ type }: Entry): string => type.split(' ')[0] ?? type

const interfaceOf = (entry: Entry): readonly string[] =>
  entry.fields ? [`interface ${baseName(entry)} {\n${Object.entries(entry.fields).map(property).join('\n')}\n}`] : []

/**
 * TypeScript declarations of all that an expression may use, for editors, which complete and check by them. Meant for `strictNullChecks: false`:
 * where an expression stands decides whether the user is known.
 */
export const policyTypes = (): string =>
  [
    ...scopeNames.flatMap((name) => interfaceOf(entryOf(name) as Entry)),
    `interface Proof {\n  readonly method: string\n  readonly at: Date\n}`,
    `interface String {\n${comment('Is this address in one of the networks, e.g. `10.0.0.0/8` or `2001:db8::/32`?', '  ')}\n  in(...networks: (string | readonly string[])[]): boolean\n}`,
    ...scopeNames.map(
      (name) => `${comment((entryOf(name) as Entry).description)}\ndeclare const ${name}: ${(entryOf(name) as Entry).type}`,
    ),
    ...Object.entries(helpers).map(([name, { type, description }]) => `${comment(description)}\ndeclare const ${name}: ${type}`),
  ].join('\n\n')
