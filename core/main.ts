import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Logger } from 'pino'
import type { Message } from './api/index.ts'
import { createAccesses } from './access/authorize.ts'
import { backChannel } from './access/back-channel.ts'
import { bootstrap } from './access/bootstrap.ts'
import { createBrowsers } from './access/browsers.ts'
import { createCallers } from './access/caller.ts'
import { closing, rehearsal } from './access/closing.ts'
import { consentEffects, createConsents } from './access/consents.ts'
import { Front } from './access/front.ts'
import { factorParts } from './access/factor-parts.ts'
import { createGrants } from './access/grants.ts'
import { createLinks, setupLink } from './access/links.ts'
import { createPasswords, passwordEffects } from './access/passwords.ts'
import { createRecovery } from './access/recovery.ts'
import { createRefusals } from './access/refusals.ts'
import { createSessions } from './access/sessions.ts'
import { createSimulator } from './access/simulator.ts'
import { createTokens } from './access/tokens.ts'
import { actionsOf } from './cli/actions.ts'
import { listenControl } from './cli/control.ts'
import { takeData } from './cli/data-lock.ts'
import { simulateHandler } from './cli/simulate-handler.ts'
import { checkAddress } from './cli/doctor/addresses.ts'
import { checkDataDirectory, checkSecretKey } from './cli/doctor/data-directory.ts'
import { version } from './cli/version.ts'
import { applyFiles, openPlane, readCatalog, readConfiguration, readDocuments } from './configuration/house.ts'
import { databaseName, sqliteFile } from './data/address.ts'
import { openDatabase } from './data/database.ts'
import { whenThere } from './data/wait-for.ts'
import { Engine } from './engine/engine.ts'
import { openChain } from './events/chain-key.ts'
import { createEvents } from './events/events.ts'
import { createCursors } from './http/api/cursors.ts'
import { apiRoutes } from './http/api/index.ts'
import { createApp } from './http/app.ts'
import { Pages } from './http/pages.ts'
import { portOf } from './http/port.ts'
import { Visits } from './http/visits.ts'
import { createDevices, deviceEffects } from './identity/devices.ts'
import { createDirectory, createUsers, createUsersWrite, userEffects } from './identity/users.ts'
import { isSetUp } from './identity/roles.ts'
import { keepHouse } from './jobs/housekeeping.ts'
import { createJobs } from './jobs/jobs.ts'
import { collect } from './metrics/collect.ts'
import { createExposition } from './metrics/exposition.ts'
import { serveMetrics } from './metrics/listener.ts'
import { tellIfSlow } from './observe/slow.ts'
import { openLog } from './observe/log.ts'
import { tracingBy } from './observe/start.ts'
import { createHasher } from './keys/hashing.ts'
import { openRing } from './keys/ring.ts'
import { runRotation } from './keys/run-rotation.ts'
import { dataFiles } from './options/data-files.ts'
import type { Installation } from './options/installation.ts'
import type { Options } from './options/options.ts'
import { sealOf } from './options/seal.ts'
import { createClaims } from './policy/claims.ts'
import { remembering } from './policy/directory.ts'
import { createJudge } from './policy/judge.ts'
import { createMediaReader } from './media/media.ts'
import { createPolicyPool } from './policy/pool.ts'
import { createHttp } from './outgoing/http.ts'
import { registerPorts, usesOf } from './ports/container.ts'
import { quietly } from './ports/quiet.ts'
import { createMailer } from './mail/mailer.ts'
import { codeMailing, sendCodes } from './mail/code-mail.ts'
import { linkMailing, sendLinks } from './mail/link-mail.ts'
import { createMailing } from './mail/mailing.ts'
import { createNotices, withNotices } from './mail/notices.ts'
import { sendNotices } from './mail/send-notices.ts'
import { createTemplates } from './mail/templates.ts'
import { createDeliveries } from './sinks/deliveries.ts'
import { openSignals } from './signals/open.ts'
import { openStore } from './store/open.ts'
import { scoped } from './store/scoped.ts'
import { coreMessages } from './web/core-messages.ts'
import { createMessages } from './web/messages.ts'
import type { Line } from './workers/worker.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A server that is ready. */
export type Server = {
  /** Where it can be opened on this machine, e.g. `http://localhost:9000`. */
  readonly local: string
  /** The path of the one-time link by which the first administrator is made; `undefined` once there was one. */
  readonly setupPath: string | undefined
  /** Answers no more requests, finishes those that run, writes what waits, and closes the database. */
  close(): Promise<void>
}

const clock = { now: () => new Date() }
/** Seconds that the set-up link lives. Every start prints a new one, and the one before is dead. */
const setupLifetime = 24 * 3600

/**
 * Wires everything and listens. Throws before anything is served if it cannot. `line`: this is one of several processes that share the data
 * directory, which the supervisor has taken, and the listening sockets. `stop`: where it is aborted while the database or Redis is waited for, its reason is
 * thrown; later it changes nothing.
 */
export async function start(options: Options, env: Environment, line?: Line, stop?: AbortSignal): Promise<Server> {
  const log = openLog(options.logLevel, line?.place.number)
  const lock = line ? undefined : takeData(options.dataDir)
  const opened: (() => Promise<unknown> | void)[] = [() => lock?.release()]
  const closeAll = async () => {
    for (const close of opened.splice(0).toReversed()) await close()
  }
  try {
    const server = await wire(options, env, log, opened, line, stop)
    return { ...server, close: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** What was opened is added to `opened`, to be closed in reverse order. */
async function wire(
  options: Options,
  env: Environment,
  log: Logger,
  opened: (() => Promise<unknown> | void)[],
  line: Line | undefined,
  stop: AbortSignal | undefined,
): Promise<Omit<Server, 'close'>> {
  const { of: processes, leads } = line?.place ?? { of: 1, leads: true }
  const tracer = await tracingBy(env, log, opened)
  const seal = sealOf(options)
  const catalog = await readCatalog(options)
  for (const { path, reason } of catalog.disabled) log.warn({ path }, `a plugin is disabled: ${reason}`)
  for (const warning of catalog.warnings) log.warn({}, warning)
  // Before the database is touched: a start that stops at the configuration leaves no database behind.
  const documents = leads ? readDocuments(options, env) : []
  const file = sqliteFile(options.databaseUrl)
  if (file && !existsSync(file)) readConfiguration(catalog, options, env)
  const database = await openDatabase({ url: options.databaseUrl, log })
  opened.push(() => database.close())
  await whenThere(databaseName(options.databaseUrl), () => database.migrate(), { log, signal: stop })

  const hasher = createHasher({ concurrency: Math.ceil(availableParallelism() / processes) })
  const signals = await openSignals(options, log)
  opened.push(() => signals.close())
  const keys = await openRing({ database, seal, clock })
  const plane = await openPlane({ database, seal, clock, log, signals, hash: hasher.hash }, catalog)
  opened.push(() => plane.close())
  const events = createEvents({ database, clock, log })
  opened.push(() => events.flush())
  const chain = await openChain(database, seal)
  const jobs = createJobs({ database, clock, log })
  const notices = createNotices({ jobs, clock, current: () => plane.snapshot().email })
  const templates = createTemplates({ folder: options.templates, log })
  await Promise.all([applyFiles(plane, documents, events), keys.complete])
  const rotation = await runRotation({
    database,
    seal,
    clock,
    log,
    signals,
    events,
    ring: keys,
    every: () => plane.snapshot().rotateKeysEvery,
  })
  opened.push(() => rotation.stop())

  const shortLived = await openStore({ redisUrl: options.redisUrl, database, clock, log, stop })
  opened.push(shortLived.close)
  const { store } = shortLived
  const coreStore = scoped(store, 'core:')
  const sessions = createSessions({ database, clock, log })
  const users = createUsers(database)
  const usersWrite = createUsersWrite()
  const devices = createDevices({ database, seal, clock, log })
  const passwords = createPasswords({ database, hasher })
  await bootstrap(options.bootstrap, { database, passwords, events, clock })
  const effects = withNotices({ ...userEffects, ...passwordEffects, ...consentEffects, ...deviceEffects }, notices)
  const directory = createDirectory(database)
  const mailer = createMailer(() => plane.snapshot().email)
  opened.push(() => mailer.close())
  let local = ''
  const origin = () => options.url?.origin ?? local
  const pool = createPolicyPool()
  opened.push(() => pool.close())
  const implementations = {
    clock,
    log,
    users,
    usersWrite,
    passwords,
    consents: createConsents(database),
    store,
    devices,
    keys,
    grants: createGrants({ database, clock, seal, events }),
    claims: createClaims({ pool, directory, sessions, log, now: clock.now }),
    events,
    http: createHttp({ allow: options.outgoingAllow, userAgent: `Sluice/${version()}` }),
    mail: createMailing({
      database,
      mailer,
      templates,
      snapshot: plane.snapshot,
      origin,
      sendLink: linkMailing({ jobs, events, clock, snapshot: plane.snapshot }),
      codes: codeMailing({ database, store: coreStore, seal, jobs, clock, log, snapshot: plane.snapshot }),
    }),
    recovery: createRecovery({ snapshot: plane.snapshot, judge: (...asked) => judge(...asked) }),
  }
  const container = registerPorts(implementations)
  const useBy = usesOf(catalog.plugins, container)
  const protocols = [...catalog.protocols.values()].map((protocol) => ({ protocol, use: useBy(protocol) }))

  const judgeOf = (asked: typeof directory) => createJudge({ pool, directory: asked, use: useBy, log })
  const judge = judgeOf(directory)
  const accesses = createAccesses({ judge, judgeOfList: () => judgeOf(remembering(directory)), events, log })

  const factors = factorParts({ database, catalog, devices, seal, use: (kind) => useBy(catalog.authenticators.get(kind)) })
  const engine = new Engine({
    store: coreStore,
    events,
    log,
    now: () => clock.now().getTime(),
    use: (kind) => useBy(catalog.stage(kind)),
    close: closing(database, effects, clock, notices.signingIn),
    judge,
    factors,
    times: (run) => tellIfSlow(log, options.slowRun, run),
  })
  const front = new Front({
    engine,
    events,
    accesses,
    refusals: createRefusals(coreStore),
    protocol(kind) {
      const found = protocols.find(({ protocol }) => protocol.kind === kind)
      if (!found) throw new Error(`no plugin brings the protocol "${kind}"`)
      return found
    },
  })
  const messages = createMessages({
    core: coreMessages,
    plugins: catalog.plugins.map((plugin) => plugin.messages ?? {}),
    problem: (problem) => log.error(problem, 'web: a message cannot be shown'),
  })
  const say = (message: Message, locale: string) => messages.translator(messages.negotiate(locale))(message)
  const simulate = createSimulator({
    store,
    factors,
    quietly: quietly(catalog, implementations, (use) => createJudge({ pool, directory, use, log })),
    rehearse: rehearsal(database, effects, clock),
    snapshot: plane.snapshot,
    users,
    now: clock.now,
    say,
  })
  const links = createLinks(coreStore, database)
  const deliveries = createDeliveries({
    jobs,
    database,
    snapshot: plane.snapshot,
    use: useBy,
    events,
    log,
    now: () => clock.now().getTime(),
  })
  const state = { draining: false }
  const installation: Installation = {
    version: version(),
    startedAt: clock.now(),
    url: options.url,
    secretKeyIsMade: options.secretKey === undefined,
    findings: () => [checkAddress(options), checkDataDirectory(options), checkSecretKey(options)],
  }
  const browsers = createBrowsers({ database, clock, sessions })
  const app = await createApp({
    engine,
    front,
    accesses,
    backChannel: backChannel(accesses, sessions),
    links,
    protocols,
    templates,
    catalog,
    log,
    url: options.url,
    trustedProxies: options.trustedProxies,
    maxConnections: options.maxConnections,
    tracer,
    snapshot: plane.snapshot,
    visits: new Visits({ readBrowser: browsers.readBrowser, now: clock.now, trustedProxies: options.trustedProxies }),
    pages: new Pages(messages, options.url),
    media: createMediaReader(database),
    api: {
      routes: apiRoutes({
        database,
        clock,
        log,
        events,
        cursors: createCursors(seal),
        rotation,
        passwords,
        links,
        devices,
        notices,
        catalog,
        plane,
        accesses,
        installation,
        say,
        textOf: (key, locale) => messages.plain(key, locale),
        simulate,
        judge,
        users,
        mailer,
        templates,
        store: coreStore,
        deliveries,
      }),
      tokens: createTokens({ database, clock, log }),
      callers: createCallers(database),
      store: coreStore,
      events,
    },
    health: {
      database: async () => void (await database.sql.selectFrom('settings_state').select('key').limit(1).execute()),
      redis: shortLived.check,
    },
    state,
  })
  const revision = () => plane.snapshot().revision
  const gauges = { version: version(), hashQueue: () => hasher.waiting, revision }
  if (line && options.listenMetrics) line.answerMetrics(createExposition(collect(), gauges, line.place.number).values)
  const metrics = line ? undefined : await serveMetrics(options.listenMetrics, gauges, log)
  opened.push(async () => metrics?.close())
  const isDone = await isSetUp(database)
  if (isDone) await links.revoke(setupLink)
  await app.listen({ host: options.listenHttp.host, port: options.listenHttp.port })
  opened.push(() => app.close())
  opened.push(async () => {
    state.draining = true
    if (options.drain > 0) await new Promise((resolve) => setTimeout(resolve, options.drain))
  })
  local = `http://localhost:${portOf(app.server)}`

  const control = await listenControl(
    dataFiles(options.dataDir).socket,
    {
      simulate: simulateHandler(simulate),
      ...actionsOf({
        database,
        plane: async () => plane,
        users,
        usersWrite,
        passwords,
        effects,
        links,
        events,
        chain: async () => chain,
        clock,
        origin: origin(),
        rotation: async () => rotation,
        seal: () => seal,
        templates,
        notices,
        deliveries,
      }),
      status: async () => ({ version: version(), pid: line ? process.ppid : process.pid, address: origin() }),
    },
    { log, isShared: line !== undefined },
  )
  opened.push(() => control.close())

  keepHouse(jobs, {
    database,
    clock,
    chain,
    prune: () => Promise.all([shortLived.prune(), deliveries.prune()]),
    retention: () => plane.snapshot().eventRetention,
    follow: deliveries.follow,
    rotation,
  })
  const labelOf = (kind: string, locale: string) => say(catalog.authenticators.get(kind)?.label ?? { text: kind }, locale)
  sendNotices(jobs, { database, mailer, templates, snapshot: plane.snapshot, origin: origin(), labelOf, log })
  sendCodes(jobs, { database, store: coreStore, seal, mailer, templates, snapshot: plane.snapshot, origin: origin(), clock })
  sendLinks(jobs, { database, store: coreStore, links, mailer, templates, snapshot: plane.snapshot, events, origin: origin(), clock, log })
  jobs.start()
  opened.push(() => jobs.drain())

  const setupPath = isDone || !leads ? undefined : await links.create({ flow: 'initial-setup', lifetime: setupLifetime, only: setupLink })
  return { local, setupPath }
}
