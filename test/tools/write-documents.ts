// `npm run docs`: brings the generated parts of the documents, and what the interfaces know of the API and of expressions, up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renewed } from './markdown.ts'
import { reference } from './reference.ts'
import { files, root } from './sources.ts'
import { apiTypes, apiTypesFile, isCurrent } from './api-types.ts'
import { expressionTypes, expressionTypesFile, isExpressionTypesCurrent } from './expression-types.ts'

for (const file of files.filter((name) => name.endsWith('.md'))) {
  const path = join(root, file)
  const before = readFileSync(path, 'utf8')
  const after = renewed(before, reference)
  if (after !== before) {
    writeFileSync(path, after)
    process.stdout.write(`Written: ${file}\n`)
  }
}

if (!isCurrent()) {
  writeFileSync(apiTypesFile, apiTypes())
  process.stdout.write('Written: core/interfaces/kit/api-types.ts\n')
}

if (!isExpressionTypesCurrent()) {
  writeFileSync(expressionTypesFile, expressionTypes())
  process.stdout.write('Written: core/interfaces/kit/editor/completion/known.json\n')
}
