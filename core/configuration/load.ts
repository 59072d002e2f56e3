import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Document, readDocument } from './document.ts'
import type { Problem } from './problem.ts'
import type { SecretReader } from './secrets.ts'
import { maxBytes } from './yaml.ts'

type Loaded = { readonly documents: readonly Document[]; readonly problems: readonly Problem[] }

/** Configuration documents in a directory, in the order of their names; tests of flows (`*.test.yaml`) are none. */
const documentsIn = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => /\.(ya?ml|json)$/.test(name) && !/\.test\.ya?ml$/.test(name) && name !== 'schema.json')
    .toSorted()
    .map((name) => join(directory, name))

/**
 * Reads configuration documents: files, and those of directories.
 * @param env where `{ $env: NAME }` is looked up; without it, secrets by reference are refused
 */
export const loadDocuments = (paths: readonly string[], env?: SecretReader['env']): Loaded => {
  const documents: Document[] = []
  const problems: Problem[] = []
  const unreadable = (path: string, error: unknown) =>
    void problems.push({ message: `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})` })

  for (const path of paths) {
    try {
      if (statSync(path).isDirectory()) for (const file of documentsIn(path)) readInto(file)
      else readInto(path)
    } catch (error) {
      unreadable(path, error)
    }
  }
  return { documents, problems }

  function readInto(file: string): void {
    if (statSync(file).size > maxBytes) {
      problems.push({ message: `${file} is larger than 10 MB; split it into several files` })
      return
    }
    const read = readDocument(readFileSync(file, 'utf8'), file, env && { env, directory: dirname(file) })
    if ('problems' in read) problems.push(...read.problems)
    else documents.push(read.document)
  }
}
