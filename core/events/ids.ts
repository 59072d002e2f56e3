import { randomUUIDv7 } from 'node:crypto'

const counterLimit = 0xfff

/**
 * UUIDs version 7 that sort in the order in which they were made, also within one millisecond and when the clock goes back: a counter takes
 * the place of the 12 bits after the version (RFC 9562 §6.2, method 1). `now` in epoch ms.
 */
export const orderedIds = (): ((now: number) => string) => {
  let moment = 0
  let counter = 0
  return (now) => {
    if (now > moment) {
      moment = now
      counter = 0
    } else if (counter < counterLimit) counter++
    else {
      moment++
      counter = 0
    }
    const time = moment.toString(16).padStart(12, '0')
    const tail = randomUUIDv7().slice('xxxxxxxx-xxxx-7xxx'.length)
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}${tail}`
  }
}

/** The least id that an event of this moment or later can have. `at` in epoch ms. */
export const firstIdAt = (at: number): string => {
  const time = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}
