import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { SentDocument } from './commands.ts'
import { filesOf } from './load.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml.ts'

type Named = { readonly env: Set<string>; readonly files: Set<string> }

/** Names in `{ $env }` and `{ $file }`, wherever they stand: who receives the document knows where they may. */
const collect = (value: unknown, named: Named): void => {
  if (typeof value !== 'object' || value === null) return
  if ('$env' in value && typeof value.$env === 'string') named.env.add(value.$env)
  if ('$file' in value && typeof value.$file === 'string') named.files.add(value.$file)
  for (const inner of Object.values(value)) collect(inner, named)
}

const contentOf = (path: string): { readonly text: string } | { readonly code: string } => {
  try {
    return { text: readFileSync(path, 'utf8').replace(/\r?\n$/, '') }
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? 'unknown reason' }
  }
}

/**
 * Reads documents to be sent to another process: files, and those of directories. What they say of secrets is looked up here, where the person is.
 * @param cwd what relative paths are relative to
 */
export const documentsToSend = (
  paths: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly documents: readonly SentDocument[]; readonly problems: readonly Problem[] } => {
  const documents: SentDocument[] = []
  const { files, problems: unreadable } = filesOf(paths, cwd)
  const problems = [...unreadable]
  for (const { name, path, text } of files) {
    const read = readYaml(text, name)
    if ('problems' in read) {
      problems.push(...read.problems)
      continue
    }
    const named: Named = { env: new Set(), files: new Set() }
    collect(read.parsed.value, named)
    documents.push({
      file: name,
      text,
      env: Object.fromEntries([...named.env].flatMap((variable) => (env[variable] === undefined ? [] : [[variable, env[variable]]]))),
      files: Object.fromEntries([...named.files].map((file) => [file, contentOf(resolve(dirname(path), file))])),
    })
  }
  return { documents, problems }
}
