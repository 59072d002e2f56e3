/**
 * The plugin API as text: the type declarations of `core/api`, without comments, so that a change to it shows in a review.
 * `node test/tools/public-api.ts` writes it to `core/api/api.txt`.
 */
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript'
import { projectFiles } from '../files.mjs'

const root = join(import.meta.dirname, '../..')
export const apiFile = join(root, 'core/api/api.txt')

/** @throws {Error} where TypeScript makes no declarations, e.g. since the API does not parse */
export function publicApi(): string {
  const sources = projectFiles(root, 'core/api').filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  delete options.tsBuildInfoFile
  const program = ts.createProgram(
    sources.map((path) => join(root, path)),
    {
      ...options,
      noEmit: false,
      incremental: false,
      declaration: true,
      emitDeclarationOnly: true,
      removeComments: true,
    },
  )
  const texts = new Map<string, string>()
  const { emitSkipped } = program.emit(undefined, (path, text) => texts.set(basename(path), text))
  if (emitSkipped) throw new Error('core/api does not compile; run `npm run check`')
  return [...texts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `// ${name.replace('.d.ts', '.ts')}\n${text}`)
    .join('\n')
}

if (import.meta.main) writeFileSync(apiFile, publicApi())
