import { setTimeout as wait } from 'node:timers/promises'
import { median, percentile, timed, type Figure } from './figures.ts'
import { httpTo } from './http.ts'
import { identified, logIn, username } from './people.ts'
import { client, misauthenticate } from './relying-party.ts'
import { startOurs } from './servers.ts'

const tries = 200
const parallelLogins = 200

/** By how many milliseconds the medians of two requests differ that nobody should tell apart. They take turns. */
const difference = async (one: () => Promise<number>, other: () => Promise<number>): Promise<number> => {
  const times: [number[], number[]] = [[], []]
  for (let count = 0; count < tries; count += 1) {
    times[0].push(await one())
    times[1].push(await other())
  }
  return median(times[0]) - median(times[1])
}

/** What is asked every 10 ms until the work is done. */
const during = async (work: Promise<unknown>, ask: () => Promise<number>): Promise<readonly number[]> => {
  const over = new AbortController()
  const done = work.finally(() => over.abort())
  const asked: number[] = []
  while (!over.signal.aborted) {
    asked.push(await ask())
    await wait(10)
  }
  await done
  return asked
}

/** What the time of an answer tells, and how long others wait while many sign in. */
export const timings = async (): Promise<readonly Figure[]> => {
  const server = await startOurs('RS256')
  const crowd = httpTo(server.origin, parallelLogins)
  try {
    const wrongPassword = (nameOf: (index: number) => string) => {
      let next = 0
      return async () => {
        const { type } = await identified(server.http, nameOf(next++))
        return timed(() => type('not the password', 422))
      }
    }
    // Four tries for each account are below its limit.
    const users = await difference(
      wrongPassword(username),
      wrongPassword((index) => `nobody${index}`),
    )
    const clients = await difference(
      () => timed(() => misauthenticate(server, client.id)),
      () => timed(() => misauthenticate(server, 'nobody')),
    )
    const lags = await during(Promise.all(Array.from({ length: parallelLogins }, (_, index) => logIn(crowd, index))), () =>
      timed(() => server.http.get('/-/health/live')),
    )
    return [
      { what: 'known to unknown user, difference of medians', value: users, unit: 'ms', aim: 'below 5 ms', met: Math.abs(users) < 5 },
      {
        what: 'wrong secret to unknown client, difference of medians',
        value: clients,
        unit: 'ms',
        aim: 'below 5 ms',
        met: Math.abs(clients) < 5,
      },
      { what: `health check during ${parallelLogins} sign-ins, median`, value: median(lags), unit: 'ms' },
      { what: `health check during ${parallelLogins} sign-ins, 99 %`, value: percentile(lags, 0.99), unit: 'ms' },
    ]
  } finally {
    await crowd.close()
    await server.stop()
  }
}
