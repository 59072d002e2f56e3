import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Secret } from '../api/secret.ts'
import type { Document } from '../configuration/document.ts'
import type { Problem } from '../configuration/problem.ts'
import { isPostgresql } from '../data/address.ts'
import { dataFiles } from './data-files.ts'
import { type Listen, type ListenMetrics, Refusal } from './parsers.ts'
import { fromEnvironment, fromFile, type Said } from './sources.ts'
import { type Option, optionNames, table } from './table.ts'

/** How this process is set up. Paths are absolute. */
export type Options = {
  /** Undefined: only loopback hosts are served, each origin its own issuer. */
  readonly url: URL | undefined
  readonly listenHttp: Listen
  /** Undefined: none are served. */
  readonly listenMetrics: ListenMetrics | undefined
  readonly dataDir: string
  /** `sqlite:<absolute path>`, `sqlite::memory:` or `postgresql://…`, which may hold a password: see `databaseName`. */
  readonly databaseUrl: string
  /** `redis:` or `rediss:`. Undefined: the database keeps short-lived state. */
  readonly redisUrl: Secret | undefined
  /** Undefined: `secretKeyOf` reads or makes the one in the data directory. */
  readonly secretKey: Secret | undefined
  /** Opens what it sealed, and seals nothing. */
  readonly secretKeyPrevious: Secret | undefined
  /** CIDR notation. */
  readonly trustedProxies: readonly string[]
  readonly maxConnections: number
  /** Processes that serve together. */
  readonly workers: number
  /** CIDR notation. */
  readonly outgoingAllow: readonly string[]
  /** Files and directories. */
  readonly apply: readonly string[]
  /** Files and directories. */
  readonly plugins: readonly string[]
  /** Templates of messages; need not be there. */
  readonly templates: string
  /** Ports by the id of the plugin. */
  readonly grants: ReadonlyMap<string, readonly string[]>
  /** Milliseconds. */
  readonly drain: number
  /** Milliseconds of the server's time after which a run of a flow is told in the log. */
  readonly slowRun: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly bootstrap: Bootstrap
  /** The file that was read, if there was one. */
  readonly file: string | undefined
  /** The section `configuration:` of that file. */
  readonly configuration: Document | undefined
}

/** The first administrator, and a token of that user, as a script wants them. */
export type Bootstrap = { readonly email: string | undefined; readonly password: Secret | undefined; readonly token: Secret | undefined }

export type OptionsResult = { readonly options: Options } | { readonly problems: readonly Problem[] }

const secretOf = (text: string | undefined): Secret | undefined => (text === undefined ? undefined : new Secret(text))

type Sources = readonly ReadonlyMap<string, Said>[]

const shown = ({ name, text }: Said, secret: boolean) => (secret ? name : `${name}: "${text}"`)

/** What was said about an option by the first source that says anything; a secret's text may be in a file that is named. */
const saidOf = (name: string, sources: Sources, problems: Problem[]): Said | undefined => {
  for (const source of sources) {
    const direct = source.get(name)
    const named = source.get(`${name}_file`)
    if (direct && named)
      problems.push({ position: named.position, message: `${direct.name} and ${named.name} are both set; remove one of them` })
    if (direct) return direct
    if (named) return fromNamedFile(named, problems)
  }
  return undefined
}

const fromNamedFile = (said: Said, problems: Problem[]): Said | undefined => {
  try {
    return { ...said, text: readFileSync(resolve(said.directory, said.text), 'utf8').trim() }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown reason'
    problems.push({ position: said.position, message: `${said.name}: the file ${said.text} cannot be read (${why})` })
    return undefined
  }
}

const valueOf = <T>(option: Option<T>, said: Said | undefined, cwd: string, problems: Problem[]): T | undefined => {
  const text = said?.text ?? option.fallback
  if (text === undefined) return undefined
  try {
    return option.parse(text, { directory: said?.directory ?? cwd })
  } catch (error) {
    if (!(error instanceof Refusal) || !said) throw error
    problems.push({ position: said.position, message: `${shown(said, option.secret ?? false)} ${error.message}` })
    return undefined
  }
}

/**
 * Reads the options: of each the environment's, else the file's, else the default. The file is the one that `SLUICE_CONFIG` names, else
 * `sluice.yml` in the working directory, else `/etc/sluice/config.yml`.
 * @returns the options, or everything that is wrong with them, one line each
 */
export const readOptions = ({
  env,
  cwd,
  systemFile = '/etc/sluice/config.yml',
}: {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly systemFile?: string
}): OptionsResult => {
  const environment = fromEnvironment(env, cwd)
  const file = fromFile(env, cwd, systemFile)
  const problems: Problem[] = [...environment.problems, ...file.problems]
  const said = new Map(optionNames.map((name) => [name, saidOf(name, [environment.said, file.said], problems)]))
  const value = <T>(option: Option<T>, name: (typeof optionNames)[number]) => valueOf(option, said.get(name), cwd, problems)

  const url = value(table.url, 'url')
  const listenHttp = value(table.listen_http, 'listen_http')
  const listenMetrics = value(table.listen_metrics, 'listen_metrics')
  const dataDir = value(table.data_dir, 'data_dir')
  const databaseUrl = value(table.database_url, 'database_url')
  const redisUrl = value(table.redis_url, 'redis_url')
  const secretKey = value(table.secret_key, 'secret_key')
  const secretKeyPrevious = value(table.secret_key_previous, 'secret_key_previous')
  const trustedProxies = value(table.trusted_proxies, 'trusted_proxies')
  const maxConnections = value(table.max_connections, 'max_connections')
  const outgoingAllow = value(table.outgoing_allow, 'outgoing_allow')
  const apply = value(table.apply, 'apply')
  const plugins = value(table.plugins, 'plugins')
  const templates = value(table.templates, 'templates')
  const grants = value(table.grants, 'grants')
  const workers = value(table.workers, 'workers')
  const drain = value(table.drain, 'drain')
  const slowRun = value(table.slow_run, 'slow_run')
  const logLevel = value(table.log_level, 'log_level')
  const email = value(table.bootstrap_email, 'bootstrap_email')
  const password = value(table.bootstrap_password, 'bootstrap_password')
  const token = value(table.bootstrap_token, 'bootstrap_token')
  if (databaseUrl && isPostgresql(databaseUrl) && secretKey === undefined)
    problems.push({
      position: said.get('database_url')?.position,
      message:
        'SLUICE_SECRET_KEY is required with PostgreSQL: every server that uses the database needs the same one; make it by: openssl rand -base64 32',
    })
  if (workers !== undefined && workers > 1 && !(databaseUrl && isPostgresql(databaseUrl)))
    problems.push({
      position: said.get('workers')?.position,
      message: `SLUICE_WORKERS: ${workers} processes need PostgreSQL, since the embedded database belongs to one; set SLUICE_DATABASE_URL=postgresql://…, or leave out SLUICE_WORKERS and --workers`,
    })
  if (
    problems.length > 0 ||
    !listenHttp ||
    !dataDir ||
    !trustedProxies ||
    !maxConnections ||
    !workers ||
    !outgoingAllow ||
    !apply ||
    !grants ||
    slowRun === undefined ||
    drain === undefined ||
    !logLevel
  )
    return { problems }
  return {
    options: {
      url,
      listenHttp,
      listenMetrics:
        listenMetrics && listenMetrics !== 'off' ? { ...listenMetrics, byDefault: said.get('listen_metrics') === undefined } : undefined,
      dataDir,
      databaseUrl: databaseUrl ?? `sqlite:${join(dataDir, 'sluice.db')}`,
      redisUrl: secretOf(redisUrl),
      secretKey: secretOf(secretKey),
      secretKeyPrevious: secretOf(secretKeyPrevious),
      trustedProxies,
      maxConnections,
      workers,
      outgoingAllow,
      apply,
      plugins: plugins ?? [dataFiles(dataDir).plugins].filter((path) => existsSync(path)),
      templates: templates ?? dataFiles(dataDir).templates,
      grants,
      drain,
      slowRun,
      logLevel,
      bootstrap: { email, password: secretOf(password), token: secretOf(token) },
      file: file.path,
      configuration: file.configuration,
    },
  }
}
