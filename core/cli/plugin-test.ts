import { globSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChild } from '../boot/child.mjs'
import { type Command, Failure } from './command.ts'

const register = new URL('../boot/register.mjs', import.meta.url).href

/** The test files of a plugin, or the one that is named. */
const testsAt = (path: string): readonly string[] => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new Failure(`there is nothing at ${path}`)
  if (!found.isDirectory()) return [path]
  return globSync('**/*.test.{ts,js,mjs}', { cwd: path, exclude: ['**/node_modules'] })
    .map((name) => resolve(path, name))
    .toSorted()
}

export const pluginTest: Command = {
  name: 'plugin test',
  summary: 'Run the tests of a plugin from elsewhere',
  details: [
    "Runs the files that end in .test.ts or .test.js by Node's own test runner, with sluice/plugin and sluice/kit of this installation.",
  ],
  parameters: [{ name: 'PATH', description: 'The directory of the plugin, or one test file (default: the working directory).' }],
  flags: {},
  async run({ parameters, cwd, terminal }) {
    const path = resolve(cwd, parameters[0] ?? '.')
    const files = testsAt(path)
    if (files.length === 0) throw new Failure(`${path} has no file that ends in .test.ts or .test.js`)
    terminal.note(`Testing with the plugin API of ${fileURLToPath(new URL('../../', import.meta.url))}`)
    const { code } = await runChild(process.execPath, ['--import', register, '--test', ...files], { stdio: 'inherit', cwd })
    return code === 0 ? 0 : 1
  },
}
