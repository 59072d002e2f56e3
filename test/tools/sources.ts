import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'
import { projectFiles } from '../files.mjs'

/** One import of a file: `to` is the project's file that a relative specifier names, whether or not it exists. */
export type Import = { readonly from: string; readonly specifier: string; readonly to: string | undefined }
export type Source = { readonly path: string; readonly text: string; readonly imports: readonly Import[] }

export const root = join(import.meta.dirname, '../..')
export const files: readonly string[] = projectFiles(root)

const isCode = (path: string) => /\.(ts|mjs|js|vue)$/.test(path)
/** Of a component its script. */
const scriptOf = (path: string, text: string) =>
  path.endsWith('.vue') ? (/<script\b[^>]*>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? '') : text
/** Tests, and what only they use: fixtures, and harnesses in `test` folders. */
export const isTest = (path: string) => /\.(test|fixture)\.ts$/.test(path) || path.startsWith('test/') || path.includes('/test/')

const toImport = (from: string, specifier: string): Import => ({
  from,
  specifier,
  to: specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined,
})

/** The project's code with its imports, static and dynamic, of types and of values. */
export const sources: readonly Source[] = files.filter(isCode).map((path) => {
  const text = readFileSync(join(root, path), 'utf8')
  return {
    path,
    text,
    imports: ts.preProcessFile(scriptOf(path, text), true, true).importedFiles.map(({ fileName }) => toImport(path, fileName)),
  }
})
