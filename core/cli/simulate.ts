import type { SimulationReport, SimulationWish } from '../access/simulator.ts'
import type { PretendedDevice } from '../configuration/pretended-device.ts'
import { didYouMean } from '../configuration/suggest.ts'
import { dataFiles } from '../options/data-files.ts'
import type { Options } from '../options/options.ts'
import { type Command, Failure, jsonFlag, misuse, text } from './command.ts'
import { callServer } from './client.ts'
import { Refused } from './control.ts'
import { optionsOf } from './setup.ts'

const listOf = (value: string | boolean | undefined) =>
  text(value)
    ?.split(',')
    .map((item) => item.trim())
    .filter(Boolean)

/** `k=v`: the value may hold any character. */
const answersOf = (said: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    said.map((answer) => {
      const at = answer.indexOf('=')
      if (at < 1) throw misuse(`--answer ${answer}: write FIELD=VALUE, or STEP.FIELD=VALUE`)
      return [answer.slice(0, at), answer.slice(at + 1)]
    }),
  )

/** What is said of a device, as expressions read it: `posture.managed=yes`, `certificate.commonName=laptop-7`. */
const deviceIn = async (said: readonly string[]): Promise<PretendedDevice | undefined> => {
  if (said.length === 0) return undefined
  const { pretendedDevice } = await import('../configuration/pretended-device.ts')
  const certificateFields = Object.keys(pretendedDevice.properties.certificate.properties)
  const device: { certificate?: Record<string, string | readonly string[]>; posture?: Record<string, string> } = {}
  for (const fact of said) {
    const [, of = '', name = '', value = ''] = /^(certificate|posture)\.([^.=]+)=(.+)$/.exec(fact) ?? []
    if (of === 'posture') device.posture = { ...device.posture, [name]: value }
    else if (certificateFields.includes(name))
      device.certificate = { ...device.certificate, [name]: name === 'names' ? (listOf(value) ?? []) : value }
    else
      throw misuse(
        `--device ${fact}: write posture.NAME=VALUE, or certificate.FIELD=VALUE with ${certificateFields.join(', ')}${didYouMean(name, certificateFields)}`,
      )
  }
  return device as PretendedDevice
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Where no server runs: on its database, with the configuration that is stored there. */
const simulateHere = async (options: Options, wish: SimulationWish): Promise<SimulationReport> => {
  const [{ sealOf }, { storedPlane, withDatabase }, { readCatalog }, { offline }, { createSimulator }, { simulateHandler }] =
    await Promise.all([
      import('../options/seal.ts'),
      import('./local.ts'),
      import('../configuration/house.ts'),
      import('./offline.ts'),
      import('../access/simulator.ts'),
      import('./simulate-handler.ts'),
    ])
  const catalog = await readCatalog(options)
  return withDatabase(options, async (database) => {
    await database.migrate()
    const { users, hasher, simulation, messages, close } = offline(database, catalog, sealOf(options))
    const plane = await storedPlane(options, { database, catalog, hash: hasher.hash, log: silent })
    const simulate = createSimulator({
      ...simulation,
      snapshot: plane.snapshot,
      users,
      now: () => new Date(),
      say: (message, locale) => messages.translator(messages.negotiate(locale))(message),
    })
    try {
      return await simulateHandler(simulate)(wish)
    } catch (error) {
      throw error instanceof Refused ? new Failure(error.message) : error
    } finally {
      plane.close()
      await close()
    }
  })
}

export const simulate: Command = {
  name: 'simulate',
  summary: 'Go through a flow without writing anything',
  details: [
    'Runs the flow as a browser would that gives the answers, and tells each step, each condition with its reasons, what would be written and how it ends.',
    'A step without an answer ends the simulation there; with --assume, one that proves something is taken as passed.',
  ],
  parameters: [{ name: 'FLOW', required: true, description: 'The slug of a flow.' }],
  flags: {
    user: { type: 'string', value: 'NAME', description: 'Who is at it: a user name or an e-mail address.' },
    answer: { type: 'string', value: 'FIELD=VALUE', many: true, description: 'What is typed, also as STEP.FIELD=VALUE; may be repeated.' },
    assume: { type: 'boolean', description: 'Take steps that prove something and have no answer as passed.' },
    ip: { type: 'string', value: 'ADDRESS', description: 'Where the browser is (default: 127.0.0.1).' },
    at: { type: 'string', value: 'TIME', description: 'When it is, e.g. 2026-01-31T08:00:00Z (default: now).' },
    application: { type: 'string', value: 'SLUG', description: 'The application that waits for it.' },
    scopes: { type: 'string', value: 'LIST', description: 'What the application asks for, e.g. openid,email.' },
    levels: { type: 'string', value: 'LIST', description: 'Levels of authentication that the application asks for, e.g. phr,2.' },
    session: { type: 'string', value: 'LIST', description: 'The user is signed in by these methods, e.g. pwd,totp.' },
    'known-browser': { type: 'boolean', description: 'The user has signed in at the browser before.' },
    'trusted-browser': { type: 'boolean', description: 'The user trusts the browser.' },
    device: {
      type: 'string',
      value: 'FACT=VALUE',
      many: true,
      description: 'What a trusted proxy tells, e.g. posture.managed=yes or certificate.commonName=laptop-7; may be repeated.',
    },
    mailed: { type: 'boolean', description: 'The link that opens the flow was mailed to the user; else an operator made it.' },
    locale: { type: 'string', value: 'LANGUAGE', description: 'The language of the browser (default: en).' },
    'user-agent': { type: 'string', value: 'TEXT', description: 'What the browser calls itself.' },
    json: jsonFlag,
  },
  async run(call) {
    const { flags, lists, parameters, terminal } = call
    const wish: SimulationWish = {
      flow: parameters[0] ?? '',
      user: text(flags['user']),
      answers: answersOf(lists['answer'] ?? []),
      assume: flags['assume'] === true,
      ip: text(flags['ip']),
      at: text(flags['at']),
      application: text(flags['application']),
      scopes: listOf(flags['scopes']),
      levels: listOf(flags['levels']),
      session: listOf(flags['session']),
      knownBrowser: flags['known-browser'] === true,
      trustedBrowser: flags['trusted-browser'] === true,
      device: await deviceIn(lists['device'] ?? []),
      mailed: flags['mailed'] === true,
      locale: text(flags['locale']),
      userAgent: text(flags['user-agent']),
    }
    const options = await optionsOf(call)
    const report = (await callServer(dataFiles(options.dataDir).socket, 'simulate', wish)) ?? (await simulateHere(options, wish))
    if (flags['json']) terminal.out(JSON.stringify(report, null, 2))
    else {
      const { simulationText } = await import('./simulation-text.ts')
      terminal.out(simulationText(report))
    }
    return 0
  },
}
