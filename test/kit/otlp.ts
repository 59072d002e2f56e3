import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as a receiver has it. Times in milliseconds. */
export type ReceivedSpan = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly start: number
  readonly end: number
  readonly attributes: Readonly<Record<string, string | number>>
}

export type Receiver = {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string
  readonly spans: readonly ReceivedSpan[]
  readonly resource: Readonly<Record<string, string | number>>
  readonly headers: IncomingHttpHeaders
  /** Everything as it came. */
  text(): string
  /** Waits until a span fits, for ten seconds. */
  until(fits: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>
  close(): Promise<void>
}

type Attribute = { readonly key: string; readonly value: { readonly stringValue?: string; readonly intValue?: number } }
const attributesOf = (list: readonly Attribute[]) =>
  Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]))
const milliseconds = (nanoseconds: string): number => Number(BigInt(nanoseconds) / 1000n) / 1000

/** Takes traces as a collector of OpenTelemetry does: OTLP over HTTP, in JSON (OTLP 1.x, §OTLP/HTTP). */
export async function startReceiver(): Promise<Receiver> {
  const spans: ReceivedSpan[] = []
  let resource: Receiver['resource'] = {}
  let headers: IncomingHttpHeaders = {}
  let all = ''
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const part of request) body += String(part)
    if (request.method !== 'POST' || request.url !== '/v1/traces') return void response.writeHead(404).end()
    all += body
    headers = request.headers
    for (const { resource: of, scopeSpans } of JSON.parse(body).resourceSpans) {
      resource = attributesOf(of.attributes)
      for (const span of scopeSpans.flatMap(({ spans: some }: { spans: unknown[] }) => some))
        spans.push({
          traceId: span.traceId,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId || undefined,
          name: span.name,
          start: milliseconds(span.startTimeUnixNano),
          end: milliseconds(span.endTimeUnixNano),
          attributes: attributesOf(span.attributes),
        })
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    get resource() {
      return resource
    },
    get headers() {
      return headers
    },
    text: () => all,
    async until(fits) {
      for (const end = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
        const found = spans.find(fits)
        if (found) return found
        if (Date.now() > end) throw new Error(`no such span came; there are: ${spans.map(({ name }) => name).join(', ')}`)
      }
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
