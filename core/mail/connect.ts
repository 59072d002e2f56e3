import { connect, type Socket } from 'node:net'
import { linkLocal } from '../outgoing/addresses.ts'

type Place = { readonly host: string; readonly port: number; readonly patience: number }

/** Of several addresses that were tried: what each of them said. */
const toldBy = (error: Error): Error =>
  error instanceof AggregateError
    ? Object.assign(new Error(error.errors.map(String).join('; ')), { code: (error as { code?: string }).code })
    : error

/** Opens a connection by name or address, looked up once: what is refused is what would be connected to. `patience` in ms. */
export const openSocket = ({ host, port, patience }: Place): Promise<Socket> => {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = connect({ host, port, blockList: linkLocal })
  const timer = setTimeout(() => socket.destroy(Object.assign(new Error('Timeout'), { code: 'ETIMEDOUT' })), patience)
  const fail = (error: Error) => {
    clearTimeout(timer)
    reject(toldBy(error))
  }
  socket.once('error', fail)
  socket.once('connect', () => {
    clearTimeout(timer)
    socket.off('error', fail)
    resolve(socket)
  })
  return promise
}
