import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Document, readDocument } from './document.ts'
import type { Problem } from './problem.ts'
import type { SecretReader } from './secrets.ts'
import { maxBytes } from './yaml.ts'

type Loaded = { readonly documents: readonly Document[]; readonly problems: readonly Problem[] }
/** `name`: as it was given, and so as people are told; `path`: where it is. */
type File = { readonly name: string; readonly path: string; readonly text: string }

/** Configuration documents in a directory, in the order of their names; tests of flows (`*.test.yaml`) are none. */
const documentsIn = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => /\.(ya?ml|json)$/.test(name) && !/\.test\.ya?ml$/.test(name) && name !== 'schema.json')
    .toSorted()

/** The texts of files, and of the documents in directories. Relative paths start at `cwd`. */
export const filesOf = (paths: readonly string[], cwd = ''): { readonly files: readonly File[]; readonly problems: readonly Problem[] } => {
  const files: File[] = []
  const problems: Problem[] = []
  const read = (name: string): void => {
    const path = resolve(cwd, name)
    if (statSync(path).size > maxBytes) problems.push({ message: `${name} is larger than 10 MB; split it into several files` })
    else files.push({ name, path, text: readFileSync(path, 'utf8') })
  }
  for (const name of paths) {
    try {
      const path = resolve(cwd, name)
      if (statSync(path).isDirectory()) for (const file of documentsIn(path)) read(join(name, file))
      else read(name)
    } catch (error) {
      problems.push({ message: `${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})` })
    }
  }
  return { files, problems }
}

/**
 * Reads configuration documents: files, and those of directories.
 * @param env where `{ $env: NAME }` is looked up; without it, secrets by reference are refused
 */
export const loadDocuments = (paths: readonly string[], env?: SecretReader['env']): Loaded => {
  const { files, problems: unreadable } = filesOf(paths)
  const documents: Document[] = []
  const problems = [...unreadable]
  for (const { name, path, text } of files) {
    const read = readDocument(text, name, env && { env, directory: dirname(path) })
    if ('problems' in read) problems.push(...read.problems)
    else documents.push(read.document)
  }
  return { documents, problems }
}
