import type pg from 'pg'

/** What a reader is asked. */
type Read = { readonly name: string; readonly text: string; readonly values: unknown[] }

/** What the driver does not tell types of: the stream that a client writes to. */
type Written = { readonly connection: { readonly stream: { cork(): void; uncork(): void } } }

type Reader = {
  readonly pending: number
  read(given: Read): Promise<pg.QueryResult>
  close(): Promise<void>
}

/** A connection that is made at the first read, and anew after it was lost. */
const openReader = (open: () => pg.Client): Reader => {
  let pending = 0
  let isCorked = false
  let connected: Promise<pg.Client> | undefined
  let isClosed = false
  const connect = async (): Promise<pg.Client> => {
    const client = open()
    const lose = () => {
      if (connected === own) connected = undefined
    }
    client.on('error', lose)
    client.on('end', lose)
    const own = client.connect().then(() => client)
    own.catch(lose)
    connected = own
    return own
  }
  /** What is asked in one turn of the event loop is written at its end, at once: writing costs more than all else that a small read does here. */
  const hold = (client: pg.Client): void => {
    if (isCorked) return
    isCorked = true
    const { stream } = (client as unknown as Written).connection
    stream.cork()
    setImmediate(() => {
      isCorked = false
      stream.uncork()
    })
  }
  return {
    get pending() {
      return pending
    },
    async read(given) {
      if (isClosed) throw new Error('the database is closed; nothing is read after its end')
      pending += 1
      try {
        const client = await (connected ?? connect())
        hold(client)
        return await client.query(given)
      } finally {
        pending -= 1
      }
    },
    async close() {
      isClosed = true
      const client = await connected?.catch(() => undefined)
      await client?.end()
    },
  }
}

export type Readers = Pick<Reader, 'read' | 'close'>

/**
 * Connections that many reads share: each is sent without waiting for the answers to those before it. Only for what waits for no lock, and
 * is answered soon, since whatever is behind it waits for it.
 */
export const openReaders = (open: () => pg.Client, count: number): Readers => {
  const readers = Array.from({ length: count }, () => openReader(open))
  return {
    read: (given) => readers.reduce((least, one) => (one.pending < least.pending ? one : least)).read(given),
    async close() {
      await Promise.all(readers.map((reader) => reader.close()))
    },
  }
}
