import {
  amount,
  bootstrapToken,
  database,
  email,
  grants,
  listen,
  listenOrOff,
  networks,
  oneOf,
  origin,
  type Parser,
  password,
  path,
  paths,
  redis,
  secretKey,
  shortTime,
  workers,
} from './parsers.ts'

/** One option. Its name in the environment is `SLUICE_` and the key in capitals; in the file it is the key. */
export type Option<T = unknown> = {
  readonly parse: Parser<T>
  /** Shown to people: what is used where nobody says anything. */
  readonly default: string
  /** Parsed where nobody says anything, unless the default depends on other options. */
  readonly fallback?: string
  readonly type: string
  readonly description: string
  /** Never repeated in messages; may also come from a file, by the variant with `_FILE`. */
  readonly secret?: boolean
  /** May be a map in the file. */
  readonly map?: boolean
}

const option = <T>(of: Option<T>): Option<T> => of

/** Every option that is built, in the order in which people should read them. */
export const table = {
  url: option({
    parse: origin,
    type: 'address',
    default: 'none',
    description: 'The address that browsers and applications use, e.g. https://id.example.com. Without it, only this machine is served.',
  }),
  listen_http: option({
    parse: listen,
    type: 'address and port',
    default: '0.0.0.0:9000',
    fallback: '0.0.0.0:9000',
    description: 'Where HTTP is served.',
  }),
  listen_metrics: option({
    parse: listenOrOff,
    type: 'address and port, or off',
    default: '127.0.0.1:9300',
    fallback: '127.0.0.1:9300',
    description: 'Where metrics are served, for Prometheus. If the default place is taken, the server starts without them.',
  }),
  data_dir: option({
    parse: path,
    type: 'directory',
    default: './data',
    fallback: './data',
    description: 'Where the embedded database, the secret key and the control socket are kept.',
  }),
  database_url: option({
    parse: database,
    type: 'address',
    default: 'sqlite:<data_dir>/sluice.db',
    description: 'The database: sqlite:<path>, or postgresql://<user>:<password>@<host>:<port>/<name>.',
    secret: true,
  }),
  redis_url: option({
    parse: redis,
    type: 'address',
    default: 'none',
    description:
      'Redis for short-lived state, e.g. redis://user:password@redis:6379/0, or rediss: with TLS. Without it, the database keeps it.',
    secret: true,
  }),
  secret_key: option({
    parse: secretKey,
    type: 'text',
    default: '<data_dir>/secret.key, made at the first start',
    description: 'Protects what is stored: 32 characters at least. Keep a copy: without it, stored secrets cannot be read.',
    secret: true,
  }),
  secret_key_previous: option({
    parse: secretKey,
    type: 'text',
    default: 'none',
    description: 'While the secret key is changed: the other one, which opens what it sealed. "sluice secret-key rotate" seals it anew.',
    secret: true,
  }),
  trusted_proxies: option({
    parse: networks,
    type: 'networks',
    default: '127.0.0.0/8,::1/128',
    fallback: '127.0.0.0/8,::1/128',
    description: 'Reverse proxies whose X-Forwarded headers are believed, separated by commas.',
  }),
  workers: option({
    parse: workers,
    type: 'number',
    default: '1',
    fallback: '1',
    description: 'Processes that serve together, one for each core at most; more than one needs PostgreSQL. The same as serve --workers.',
  }),
  drain: option({
    parse: shortTime,
    type: 'time',
    default: '0s',
    fallback: '0s',
    description:
      'How long a server that is asked to end goes on serving, and says at /-/health/ready that it will: until balancers have noticed.',
  }),
  max_connections: option({
    parse: amount,
    type: 'number',
    default: '10000',
    fallback: '10000',
    description: 'Connections at a time, of each process; those beyond are closed at once. Its limit of open files must be higher.',
  }),
  outgoing_allow: option({
    parse: networks,
    type: 'networks',
    default: 'none',
    fallback: '',
    description: 'Networks beyond the public Internet that the server may call over HTTP, e.g. 10.1.2.0/24, separated by commas.',
  }),
  apply: option({
    parse: paths,
    type: 'files',
    default: 'none',
    fallback: '',
    description: 'Configuration documents that are applied at the start: files or directories, separated by commas.',
  }),
  plugins: option({
    parse: paths,
    type: 'files and directories',
    default: '<data_dir>/plugins, where it exists',
    description: 'Plugins from elsewhere: files, folders, packages, or folders of these, separated by commas.',
  }),
  templates: option({
    parse: path,
    type: 'directory',
    default: '<data_dir>/templates',
    description: 'Templates of messages that replace those that are shipped: <language>/<message>.<part>.liquid.',
  }),
  grants: option({
    parse: grants,
    type: 'ports by plugin',
    default: 'none',
    fallback: '',
    map: true,
    description: 'Strong ports that plugins from elsewhere may use, e.g. acme-login=users.write+keys, separated by commas.',
  }),
  bootstrap_email: option({
    parse: email,
    type: 'address',
    default: 'none',
    description: 'E-mail address of the first administrator, `admin`, whom a start with a password or token makes while there was none.',
  }),
  bootstrap_password: option({
    parse: password,
    type: 'text',
    default: 'none',
    description: 'Password of that administrator: 8 characters at least.',
    secret: true,
  }),
  bootstrap_token: option({
    parse: bootstrapToken,
    type: 'text',
    default: 'none',
    description: 'An API token of the administrator `admin`: 32 characters at least. It is good as long as the option says it.',
    secret: true,
  }),
  slow_run: option({
    parse: shortTime,
    type: 'length of time',
    default: '1s',
    fallback: '1s',
    description:
      'A sign-in, or another run of a flow, that takes more time of the server is told in the log, with what it went into: 500ms, 2s.',
  }),
  log_level: option({
    parse: oneOf('debug', 'info', 'warn', 'error'),
    type: 'debug, info, warn or error',
    default: 'info',
    fallback: 'info',
    description: 'How much is logged.',
  }),
}

export type OptionName = keyof typeof table
export const optionNames = Object.keys(table) as readonly OptionName[]
export const variableOf = (name: string): string => `SLUICE_${name.toUpperCase()}`

/** Options that belong to the product but are not built: refused by name, so that nobody believes they work. */
const unbuiltOptions: readonly string[] = ['listen_https', 'listen_ldap', 'listen_ldaps', 'listen_radius']
const unbuiltPrefixes: readonly string[] = ['email_']
export const isUnbuilt = (name: string): boolean =>
  unbuiltOptions.includes(name) || unbuiltPrefixes.some((prefix) => name.startsWith(prefix))
