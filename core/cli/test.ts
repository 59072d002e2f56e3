import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
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

const isDirectory = (path: string) => statSync(path).isDirectory()
const documentsIn = (path: string) => (isDirectory(path) ? filesIn(path, isDocument) : [path])

/** What is configured, the documents of named directories, and beside a named test the document of its name. */
const documentsOf = (apply: readonly string[], named: readonly string[]): readonly string[] => {
  const beside = named.flatMap((path) =>
    isDirectory(path) ? [path] : ['.yaml', '.yml'].map((end) => path.replace(/\.test\.ya?ml$/, end)).filter((file) => existsSync(file)),
  )
  const isShipped = (file: string) => dirname(file) === resolve(shipped)
  return [...new Set([...apply, ...beside].flatMap(documentsIn).map((file) => resolve(file)))].filter((file) => !isShipped(file))
}

/** The shipped tests, and those beside what is configured. */
const allTests = (apply: readonly string[]): readonly string[] =>
  [shipped, ...new Set(apply.map((path) => (isDirectory(path) ? path : dirname(path))))].flatMap((directory) => filesIn(directory, isTest))

type FileResult = { readonly file: string } & ({ readonly results: readonly CaseResult[] } | { readonly problems: readonly Problem[] })

const runFiles = async (call: Call, named: readonly string[]): Promise<readonly FileResult[]> => {
  const { env, cwd } = call
  const [{ readCatalog, readConfiguration }, { readFlowTest }, { runFlowTests }] = await Promise.all([
    import('../configuration/house.ts'),
    import('../configuration/flow-tests.ts'),
    import('./flow-tests.ts'),
  ])
  const options = await optionsOf(call)
  const tests = named.length > 0 ? testsOf(named) : allTests(options.apply)
  const catalog = await readCatalog(options)
  // A shipped flow that something configured replaces is not what its test is about.
  const { snapshot: asShipped } = readConfiguration(catalog, { apply: [], configuration: undefined }, {})
  const { snapshot: configured } = readConfiguration(catalog, { ...options, apply: documentsOf(options.apply, named) }, env)
  const files: FileResult[] = []
  for (const path of tests) {
    const snapshot = dirname(path) === resolve(shipped) ? asShipped : configured
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
    'The flows are the shipped ones, those of SLUICE_APPLY and sluice.yml, those of a named directory, and for sign-in.test.yaml those of sign-in.yaml beside it. Ends with 1 if a case fails.',
  ],
  parameters: [{ name: 'FILE', many: true, description: 'Tests, or directories with tests.' }],
  flags: { json: jsonFlag },
  async run(call) {
    const { flags, parameters, terminal, cwd } = call
    const files = await runFiles(
      call,
      parameters.map((path) => resolve(cwd, path)),
    )
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
