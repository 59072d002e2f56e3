import type { Options } from '../../options/options.ts'
import type { Finding } from './finding.ts'

const subject = 'Redis'
const silence = () => {}
const silent = { debug: silence, info: silence, warn: silence, error: silence }
/** Milliseconds that Redis may take to answer a doctor. */
const patience = 2000

/** Asks the Redis of the options; nothing is found where there is none. */
export const checkRedis = async ({ redisUrl }: Options): Promise<readonly Finding[]> => {
  if (!redisUrl) return []
  const { awaitRedis, connectRedis, evictionPolicy } = await import('../../store/redis-connection.ts')
  const connection = connectRedis(redisUrl.reveal(), silent)
  try {
    await awaitRedis(connection, silent, { limit: patience })
    const policy = await evictionPolicy(connection)
    if (policy === undefined || policy === 'noeviction') return [{ level: 'ok', subject, text: connection.place }]
    return [
      {
        level: 'warning',
        subject,
        text: `${connection.place} has maxmemory-policy ${policy}: when its memory is full it forgets which codes were used`,
        fix: 'redis-cli config set maxmemory-policy noeviction, and the same in its configuration',
      },
    ]
  } catch (error) {
    return [{ level: 'error', subject, text: (error as Error).message }]
  } finally {
    connection.close()
  }
}
