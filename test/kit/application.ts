import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** What an application's callback was sent. */
export type Called = { readonly method: string; readonly fields: Readonly<Record<string, string>> }

export type TestApplication = {
  /** `http://127.0.0.1:<port>/callback` */
  readonly redirectUri: string
  readonly called: readonly Called[]
  close(): Promise<void>
}

const page = '<!doctype html><html lang="en"><title>Welcome</title><link rel="icon" href="data:,"><h1>Welcome</h1>'

/**
 * An application's own server. Its callback redirects to another origin (`http://localhost:<port>/welcome`), as applications behind several
 * host names do: browsers hold that against the page with the form where it all began.
 */
export async function serveApplication(): Promise<TestApplication> {
  const called: Called[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname !== '/callback') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page)
      return
    }
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const sent = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams
    called.push({ method: request.method ?? '', fields: Object.fromEntries(sent) })
    response.writeHead(303, { location: `http://localhost:${request.socket.localPort}/welcome` }).end()
  }
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    redirectUri: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/callback`,
    called,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
