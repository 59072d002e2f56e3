import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Problem } from '../configuration/problem.ts'
import { type Call, type Command, Failure, jsonFlag } from './command.ts'
import type { CaseResult } from './flow-tests.ts'
import { optionsOf } from './setup.ts'

const shipped = fileURLToPath(new URL('../../flows/', import.meta.url))
const isTest = (name: string) => /\.test\.ya?ml$/.test(name)
const isDocument = (name: string) => /\.(ya?ml|json)$/.test(name) && !isTest(name) && name !== 'schema.json'

const filesIn = (directory: string, fits: (name: string) => boolean): readonly string[] =>
  readdirSync(directory)
    .filter(fits)
    .toSorted()
    .map((name) => join(directory, name))

/** The tests that are named, or are in the named directories. */
const testsOf = (paths: readonly string[]): readonly string[] =>
  paths.flatMap((path) => {
    try {
      if (!statSync(path).isDirectory()) return [path]
      const found = filesIn(path, isTest)
      if (found.length > 0) return found
    } catch (error) {
      throw new Failure(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`)
    }
    throw new Failure(`${path} has no tests; they are called <flow>.test.yaml`)
  })

const directoriesOf = (paths: readonly string[]) => [...new Set(paths.map((path) => (statSync(path).isDirectory() ? path : dirname(path))))]

/** What is configured, and the documents that stand beside the tests. */
const documentsOf = (apply: readonly string[], tests: readonly string[]): readonly string[] => {
  const beside = directoriesOf(tests).filter((directory) => resolve(directory) !== resolve(shipped))
  const directories = [...apply, ...beside].flatMap((path) => (statSync(path).isDirectory() ? filesIn(path, isDocument) : [path]))
  return [...new Set(directories.map((file) => resolve(file)))]
}

type FileResult = { readonly file: string } & ({ readonly results: readonly CaseResult[] } | { readonly problems: readonly Problem[] })

const runFiles = async (call: Call, tests: readonly string[]): Promise<readonly FileResult[]> => {
  const { env, cwd } = call
  const [{ readCatalog, readConfiguration }, { readFlowTest }, { runFlowTests }] = await Promise.all([
    import('../configuration/house.ts'),
    import('../configuration/flow-tests.ts'),
    import('./flow-tests.ts'),
  ])
  const options = await optionsOf(call)
  const catalog = await readCatalog(options)
  const { snapshot } = readConfiguration(catalog, { ...options, apply: documentsOf(options.apply, tests) }, env)
  const files: FileResult[] = []
  for (const path of tests) {
    const file = relative(cwd, path) || path
    const read = readFlowTest(readFileSync(path, 'utf8'), file)
    files.push({ file, ...('problems' in read ? read : await runFlowTests(read.test, { snapshot, catalog })) })
  }
  return files
}

export const test: Command = {
  name: 'test',
  summary: 'Run the tests of flows',
  details: [
    'Runs files such as sign-in.test.yaml, by default those of the shipped flows and those beside the files of SLUICE_APPLY. Needs no server and no database.',
    'The flows are the shipped ones, those of SLUICE_APPLY and sluice.yml, and those of the files beside the tests. Ends with 1 if a case fails.',
  ],
  parameters: [{ name: 'FILE', many: true, description: 'Tests, or directories with tests.' }],
  flags: { json: jsonFlag },
  async run(call) {
    const { flags, parameters, terminal, cwd } = call
    const named = parameters.map((path) => resolve(cwd, path))
    const options = named.length > 0 ? undefined : await optionsOf(call)
    const tests = options ? [shipped, ...directoriesOf(options.apply)].flatMap((directory) => filesIn(directory, isTest)) : testsOf(named)
    const files = await runFiles(call, tests)
    const failed = files.filter((file) => 'problems' in file || file.results.some(({ ok }) => !ok))
    if (flags['json']) {
      terminal.out(JSON.stringify(files, null, 2))
      return failed.length === 0 ? 0 : 1
    }
    const { flowTestsText } = await import('./flow-tests-text.ts')
    terminal.out(flowTestsText(files))
    return failed.length === 0 ? 0 : 1
  },
}
