import type { Server as Listening } from 'node:net'

/** The port that is listened on, also where the option left the choice to the system. */
export const portOf = (server: Listening): number => {
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the server listens on no port')
  return address.port
}
