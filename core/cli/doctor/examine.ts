import { problemText } from '../../configuration/problem.ts'
import { dataFiles } from '../../options/data-files.ts'
import { readOptions } from '../../options/options.ts'
import { callServer } from '../client.ts'
import { Failure } from '../command.ts'
import type { ServerStatus } from '../control.ts'
import { checkAddress, checkMetricsPort, checkPort } from './addresses.ts'
import { checkConfiguration } from './configuration.ts'
import { checkDataDirectory, checkSecretKey } from './data-directory.ts'
import { checkDatabase } from './database.ts'
import type { Finding } from './finding.ts'
import { checkRedis } from './redis.ts'
import { checkTemplates } from './templates.ts'
import { examineStored, type Stored } from './stored.ts'

type Surroundings = { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string }

const askServer = async (socket: string): Promise<{ readonly status?: ServerStatus | undefined; readonly finding?: Finding }> => {
  try {
    return { status: await callServer(socket, 'status', {}) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { finding: { level: 'error', subject: 'server', text: error.message } }
  }
}

/** What cannot be looked at, since something in the way is wrong, is told as that. */
const storedOf = async (...given: Parameters<typeof examineStored>): Promise<Stored | undefined> => {
  try {
    return await examineStored(...given)
  } catch (error) {
    // Plugins and files that are wrong are told by their own checks.
    if (error instanceof Error && error.name === 'Misconfigured') return undefined
    return { findings: [{ level: 'error', subject: 'stored objects', text: (error as Error).message }], problemsOfFiles: [] }
  }
}

/** Looks at everything that a server would need, and changes nothing. */
export const examine = async ({ env, cwd }: Surroundings): Promise<readonly Finding[]> => {
  const result = readOptions({ env, cwd })
  if ('problems' in result) {
    return result.problems.map((problem) => ({ level: 'error', subject: 'options', text: problemText(problem) }))
  }
  const { options } = result
  const { status, finding } = await askServer(dataFiles(options.dataDir).socket)
  const server: Finding = finding ?? {
    level: 'ok',
    subject: 'server',
    text: status ? `runs (process ${status.pid}, version ${status.version}) at ${status.address}` : 'does not run',
  }
  const database = await checkDatabase(options, status !== undefined)
  const stored = await storedOf(options, env, { serverRuns: status !== undefined, databaseIsFine: database.level === 'ok' })
  return [
    { level: 'ok', subject: 'options', text: options.file ? `read from ${options.file} and the environment` : 'read from the environment' },
    server,
    checkDataDirectory(options),
    checkSecretKey(options),
    database,
    ...(await checkRedis(options)),
    ...(await checkConfiguration(options, env, stored?.problemsOfFiles)),
    ...(stored?.findings ?? []),
    ...checkTemplates(options),
    checkAddress(options),
    ...(status ? [] : [await checkPort(options), ...(await checkMetricsPort(options))]),
  ]
}
