import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assets } from './assets.ts'
import { formPostCsp, pageCsp } from './csp.ts'
import { renderSample } from './samples.ts'

export type Site = {
  readonly url: string
  /** The bodies that were posted to it. */
  readonly posted: readonly string[]
  close(): void
}

const listen = async (answer: (request: IncomingMessage, response: ServerResponse, url: URL) => void): Promise<Site> => {
  const posted: string[] = []
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks = await request.toArray()
    if (request.method === 'POST') posted.push(Buffer.concat(chunks).toString())
    answer(request, response, new URL(request.url ?? '/', 'http://localhost'))
  }
  const server = createServer((request, response) => void receive(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://localhost:${port}`, posted, close }
}

/** An application: its callback sends the browser on to another origin, `/stay` leaves it where it is. */
export const serveApplication = (): Promise<Site> =>
  listen((_request, response, { pathname }) => {
    const { port } = response.socket!.address() as AddressInfo
    if (pathname === '/callback') response.writeHead(303, { location: `http://127.0.0.1:${port}/home` }).end()
    else if (pathname === '/stay') response.writeHead(204).end()
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Home</title>')
  })

/** The sample pages, `/<name>?lang=de`, as the server would send them; whoever posts is sent to `/forward`. They leave for `away`. */
export const serveSamples = (away: URL): Promise<Site> =>
  listen((request, response, { pathname, searchParams }) => {
    const asset = assets().get(pathname)
    if (asset) return response.writeHead(200, { 'content-type': asset.type }).end(asset.body)
    if (request.method === 'POST') return response.writeHead(303, { location: '/forward' }).end()
    const policy = pathname === '/post' ? formPostCsp(away) : pageCsp
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
    return response.end(renderSample(pathname.slice(1), { locale: searchParams.get('lang') ?? 'en', path: pathname, away }))
  })
