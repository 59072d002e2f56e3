import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'
import { Client, type ClientConfig, type CustomTypesConfig, Pool, types as driverTypes } from 'pg'
import type { Log } from '../api/index.ts'
import { openReaders, type Readers } from './postgresql-readers.ts'

/** Connections of one process. Eight processes fit into the hundred that a PostgreSQL server gives by default. */
const defaultConnections = 10
/** How long somebody waits for a connection, in milliseconds. */
const connectPatience = 5_000
/** How long a statement may take, in milliseconds; the client waits a little longer, in case the server says nothing at all. */
const statementPatience = 15_000

const { builtins } = driverTypes
const asText = (value: string) => value
/**
 * What the driver would turn into something else. Whole numbers stay far below 2^53. JSON is text, since whoever asks for it parses it, as on
 * SQLite.
 */
const parsers = new Map<number, (value: string) => unknown>([
  [builtins.INT8, Number],
  [builtins.NUMERIC, Number],
  [builtins.JSON, asText],
  [builtins.JSONB, asText],
])

const typesBy = (own: ReadonlyMap<number, (value: string) => unknown>): CustomTypesConfig => ({
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : own.get(oid)) ?? driverTypes.getTypeParser(oid, format as 'text'),
})
const types = typesBy(parsers)
/** The ORM reads JSON as the driver parses it. */
export const ormTypes = typesBy(new Map([[builtins.INT8, Number]]))

/** How many connections an address asks for, `?connections=20`, and the address without it, which the driver does not know. */
const sized = (url: string): { readonly url: string; readonly max: number } => {
  const address = new URL(url)
  const asked = address.searchParams.get('connections')
  address.searchParams.delete('connections')
  const max = asked === null ? defaultConnections : Number(asked)
  if (!Number.isSafeInteger(max) || max < 3 || max > 1000)
    throw new Error(`the database address has connections=${asked}; a process takes from 3 to 1000`)
  return { url: address.href, max }
}

/**
 * The driver tells Node no host that is an address, and Node then takes a certificate for "localhost": it has to be for the address. Nothing else is
 * done than in the driver's own.
 */
export class CheckedClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config)
    const { ssl, host } = (
      this as unknown as { readonly connectionParameters: { readonly ssl?: boolean | ConnectionOptions; readonly host: string } }
    ).connectionParameters
    if (typeof ssl === 'object' && isIP(host) !== 0) ssl.checkServerIdentity = (_, certificate) => checkServerIdentity(host, certificate)
  }
}

/** What every connection to an address is made with. */
export const clientOptions = (url: string) => ({
  connectionString: sized(url).url,
  keepAlive: true,
  connectionTimeoutMillis: connectPatience,
})

/** How many of the connections of a process are for reads that share them. */
const readersOf = (max: number): number => (max < 6 ? 1 : 2)

const session = { types, application_name: 'sluice', idle_in_transaction_session_timeout: 60_000 }
const hurried = { statement_timeout: statementPatience, query_timeout: statementPatience + 2_000 }

/** The connections of a process that its reads share, beside its pool. */
export const readersTo = (url: string): Readers =>
  openReaders(() => new CheckedClient({ ...clientOptions(url), ...session, ...hurried, pipeline: true }), readersOf(sized(url).max))

/**
 * The pool of connections to a PostgreSQL server. `unhurried`: statements may take as long as they do, for migrations.
 *
 * A transaction whose process has stopped in the midst of it is ended by the server after a while, so that the others go on.
 */
export const openPool = (
  url: string,
  { log, unhurried = false }: { readonly log?: Log | undefined; readonly unhurried?: boolean },
): Pool => {
  const { max } = sized(url)
  const pool = new Pool({
    ...clientOptions(url),
    Client: CheckedClient,
    max: unhurried ? 2 : max - readersOf(max),
    ...session,
    idleTimeoutMillis: 60_000,
    ...(unhurried ? {} : hurried),
  })
  // A connection that the server drops says so by an event; without somebody who listens, that would end the process.
  const tell = (error: Error) => log?.warn({ reason: error.message }, 'database: a connection was lost')
  pool.on('error', tell)
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
