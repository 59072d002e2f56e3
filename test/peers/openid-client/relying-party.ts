import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type RelyingParty = {
  readonly url: string
  /** The next answer that arrives at `/cb`, as the library takes it. */
  answer(): Promise<Request>
  stop(): Promise<void>
}

const page = (title: string) =>
  `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>${title}</title><h1>${title}</h1></html>`
const titles: Readonly<Record<string, string>> = { '/cb': 'Back at the application', '/bye': 'Goodbye' }

/** An application's front: it shows a page wherever the browser comes to, and hands answers to the test. `documents` are JSON by path. */
export const startRelyingParty = async (documents: Readonly<Record<string, object>> = {}): Promise<RelyingParty> => {
  let take: ((answer: Request) => void) | undefined
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const address = new URL(request.url ?? '/', url)
    const document = documents[address.pathname]
    if (document) return void response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
    const post = request.method === 'POST'
    const body = post ? { body: await text(request), headers: { 'content-type': request.headers['content-type'] ?? '' } } : {}
    if (address.pathname === '/cb') take?.(new Request(address, { method: post ? 'POST' : 'GET', ...body }))
    response.setHeader('content-type', 'text/html; charset=utf-8').end(page(titles[address.pathname] ?? 'The application'))
  }
  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    answer: () => new Promise((resolve) => (take = resolve)),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
