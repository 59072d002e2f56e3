import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Failure, jsonFlag } from './command.ts'
import { optionsOf } from './setup.ts'

export const exportCommand: Command = {
  name: 'export',
  summary: 'Print the configuration as a document',
  details: [
    'What is shipped and nobody has changed is left out. Secrets are written as { $keep: … }: applied to the same server they stay as they are; elsewhere, write them by { $env: … }.',
  ],
  flags: {
    directory: { type: 'boolean', description: 'Users and groups too, without passwords.' },
    output: { type: 'string', value: 'FILE', description: 'Write to a file instead.' },
    json: jsonFlag,
  },
  async run(call) {
    const { flags, terminal, cwd } = call
    const options = await optionsOf(call)
    const { locally } = await import('./local.ts')
    const { document } = await locally(options, terminal, 'export', { directory: flags['directory'] === true })
    const { documentText } = await import('../configuration/write-yaml.ts')
    const text = flags['json'] ? JSON.stringify(document, null, 2) : documentText(document)
    const file = flags['output']
    if (typeof file !== 'string') {
      terminal.out(text)
      return 0
    }
    try {
      writeFileSync(resolve(cwd, file), text.endsWith('\n') ? text : `${text}\n`)
    } catch (error) {
      throw new Failure(`${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`)
    }
    terminal.note(`Written: ${file}`)
    return 0
  },
}
