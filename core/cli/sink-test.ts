import { type Command, jsonFlag } from './command.ts'
import { optionsOf } from './setup.ts'

export const sinkTest: Command = {
  name: 'sink test',
  summary: 'Send a test event to a sink, by the running server',
  details: ['Tells what came of it, and ends with 1 where it did not arrive.'],
  parameters: [{ name: 'SLUG', required: true, description: 'Of the sink, as the configuration calls it.' }],
  flags: { json: jsonFlag },
  async run(call) {
    const { flags, parameters, terminal } = call
    const options = await optionsOf(call)
    const { locally } = await import('./local.ts')
    const { delivered, said, milliseconds } = await locally(options, terminal, 'test-sink', { slug: parameters[0] ?? '' })
    if (flags['json']) terminal.out(JSON.stringify({ delivered, said, milliseconds }))
    else terminal.out(`${delivered ? 'Delivered' : 'Not delivered'} within ${milliseconds} ms: ${said}`)
    return delivered ? 0 : 1
  },
}
