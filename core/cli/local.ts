import type { Log } from '../api/index.ts'
import type { openPlane } from '../configuration/house.ts'
import type { PlaneParts } from '../configuration/plane-state.ts'
import type { Database } from '../data/database.ts'
import { dataFiles } from '../options/data-files.ts'
import type { Options } from '../options/options.ts'
import { callServer } from './client.ts'
import { Failure } from './command.ts'
import { type ControlCommands, Refused } from './control.ts'
import type { Terminal } from './terminal.ts'

type Action = Exclude<keyof ControlCommands, 'status' | 'simulate'>

const localhost = (port: number) => `http://localhost:${port}`

/** Only what went wrong: the command itself says what it did. */
const logTo = (terminal: Terminal): Log => {
  const tell = (fields: object, text: string) => terminal.note(`${text}${'err' in fields ? `: ${String(fields.err)}` : ''}`)
  return { debug: () => {}, info: () => {}, warn: tell, error: tell }
}

/** Opens the database for one piece of work, while no server has it. */
export const withDatabase = async <T>(options: Options, work: (database: Database) => Promise<T>): Promise<T> => {
  const [{ takeData }, { databaseName }, { openDatabase }, { whenThere }] = await Promise.all([
    import('./data-lock.ts'),
    import('../data/address.ts'),
    import('../data/database.ts'),
    import('../data/wait-for.ts'),
  ])
  const lock = takeData(options.dataDir)
  try {
    const database = await openDatabase({ url: options.databaseUrl })
    try {
      // Who types a command waits for nothing: the database is there, or it is told why not.
      return await whenThere(databaseName(options.databaseUrl), () => work(database), { limit: 0 })
    } finally {
      await database.close()
    }
  } finally {
    lock.release()
  }
}

/** The configuration that is stored in a database which no server has. */
export const storedPlane = async (
  options: Options,
  { catalog, ...parts }: Pick<PlaneParts, 'database' | 'catalog' | 'hash' | 'log'>,
): ReturnType<typeof openPlane> => {
  const [house, { sealOf }] = await Promise.all([import('../configuration/house.ts'), import('../options/seal.ts')])
  const seal = sealOf(options)
  return house.openPlane({ ...parts, seal, clock: { now: () => new Date() } }, catalog)
}

const handlersFor = async (options: Options, database: Database, log: Log) => {
  const [access, links, identity, keys, audit, short, scoping, actions, chains, sealing, mail] = await Promise.all([
    import('../access/passwords.ts'),
    import('../access/links.ts'),
    import('../identity/users.ts'),
    import('../keys/hashing.ts'),
    import('../events/events.ts'),
    import('../store/open.ts'),
    import('../store/scoped.ts'),
    import('./actions.ts'),
    import('../events/chain-key.ts'),
    import('../options/seal.ts'),
    import('../mail/templates.ts'),
  ])
  const clock = { now: () => new Date() }
  const hasher = keys.createHasher()
  let opened: Awaited<ReturnType<typeof openPlane>> | undefined
  const plane = async () => {
    const { readCatalog } = await import('../configuration/house.ts')
    opened = await storedPlane(options, { database, catalog: await readCatalog(options), hash: hasher.hash, log })
    return opened
  }
  const events = audit.createEvents({ database, clock, log })
  const seal = sealing.sealOf(options)
  const { store, close: closeStore } = await short.openStore({ redisUrl: options.redisUrl, database, clock, log })
  /** By the ring, which opens every key: a secret key that is not the one of this database adds none to it. */
  const rotation = async () => {
    const [{ openRing }, { createRotation }] = await Promise.all([import('../keys/ring.ts'), import('../keys/rotation.ts')])
    const ring = await openRing({ database, seal, clock })
    await ring.complete
    return createRotation({ database, seal, clock, events, every: () => undefined, reload: ring.reload })
  }
  const handlers = actions.actionsOf({
    database,
    plane,
    users: identity.createUsers(database),
    usersWrite: identity.createUsersWrite(),
    passwords: access.createPasswords({ database, hasher }),
    effects: { ...identity.userEffects, ...access.passwordEffects },
    links: links.createLinks(scoping.scoped(store, 'core:'), database),
    events,
    chain: () => chains.openChain(database, seal),
    clock,
    rotation,
    seal: () => seal,
    templates: mail.createTemplates({ folder: options.templates, log }),
    origin: options.url?.origin ?? localhost(options.listenHttp.port),
  })
  const close = async () => {
    opened?.close()
    closeStore()
    await events.flush()
  }
  return { handlers, close }
}

/** Has the running server do it; where none runs, does it here. Throws `Failure` if it is refused. */
export const locally = async <A extends Action>(
  options: Options,
  terminal: Terminal,
  action: A,
  input: ControlCommands[A]['input'],
): Promise<ControlCommands[A]['result']> => {
  const answer = await callServer(dataFiles(options.dataDir).socket, action, input)
  if (answer) return answer
  return withDatabase(options, async (database) => {
    await database.migrate()
    const { handlers, close } = await handlersFor(options, database, logTo(terminal))
    try {
      return await handlers[action](input)
    } catch (error) {
      throw error instanceof Refused ? new Failure(error.message) : error
    } finally {
      await close()
    }
  })
}
