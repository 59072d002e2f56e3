import { connect, type Socket } from 'node:net'

/** What came over a connection, and when it was closed. */
export type Raw = {
  readonly socket: Socket
  /** All that came. */
  text(): string
  /** Status codes of the answers that came, in their order. */
  statuses(): readonly number[]
  /** Milliseconds from the beginning to the end. */
  readonly closed: Promise<number>
}

/** Opens a connection to an origin and writes bytes as they are. */
export const rawly = (origin: string, bytes = ''): Raw => {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname)
  const started = performance.now()
  let text = ''
  socket.setEncoding('latin1')
  socket.on('data', (part) => (text += String(part)))
  // A connection that is reset is one that was ended.
  socket.on('error', () => {})
  const closed = new Promise<number>((resolve) => void socket.once('close', () => resolve(performance.now() - started)))
  if (bytes !== '') socket.write(bytes, 'latin1')
  return {
    socket,
    text: () => text,
    statuses: () => [...text.matchAll(/(?:^|\n|\})HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)),
    closed,
  }
}

/** What came within a time, or until the other side closed the connection. */
export const answerTo = async (origin: string, bytes: string, patience = 1000): Promise<Raw> => {
  const raw = rawly(origin, bytes)
  await Promise.race([raw.closed, new Promise((resolve) => setTimeout(resolve, patience))])
  raw.socket.destroy()
  return raw
}
