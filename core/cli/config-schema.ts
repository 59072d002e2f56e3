import type { Command } from './command.ts'
import { optionsOf } from './setup.ts'

export const configSchema: Command = {
  name: 'config schema',
  summary: 'Print the JSON Schema of configuration documents, for editors',
  details: ['It has the stages of the plugins in SLUICE_PLUGINS too; flows/schema.json has those of Sluice itself.'],
  flags: {},
  async run(call) {
    const options = await optionsOf(call)
    const [{ readCatalog }, { flowSchema }] = await Promise.all([
      import('../configuration/house.ts'),
      import('../configuration/flow-schema.ts'),
    ])
    call.terminal.out(JSON.stringify(flowSchema(await readCatalog(options)), undefined, 2))
    return 0
  },
}
