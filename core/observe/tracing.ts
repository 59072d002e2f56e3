import type { HrTime, Span as SdkSpan } from '@opentelemetry/api'
import type { Log } from '../api/index.ts'
import type { RequestSpan, Span, Told, Tracer } from './span.ts'
import type { Kind } from './work.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Milliseconds between two lines of the log about a receiver that does not take what is sent. */
const complaintEvery = 60_000
/** Milliseconds that the end of the server waits for the last spans to be taken. */
const lastWait = 3000

/** A whole number of the environment, or what is used without. */
const numberOf = (env: Environment, name: string, fallback: number): number => {
  const number = Number(env[name])
  return env[name] && Number.isSafeInteger(number) && number > 0 ? number : fallback
}

/** `a=b,c=d`, each percent-encoded, as `OTEL_RESOURCE_ATTRIBUTES` has it. All of it is dropped where a part cannot be read, as the specification has it. */
const resourceAttributes = (text = ''): Told => {
  try {
    return Object.fromEntries(
      text.split(',').flatMap((pair) => {
        const [name, value] = pair.split('=')
        return name?.trim() && value !== undefined ? [[name.trim(), decodeURIComponent(value.trim())]] : []
      }),
    )
  } catch {
    return {}
  }
}

/** By `traceparent`, version 00 (W3C Trace Context §3.2.2). */
const parentForm = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/**
 * The clock of one trace: what is inside of something begins and ends inside of it, to the microsecond.
 * By itself the SDK reads the wall clock anew for each span, in whole milliseconds.
 */
const clock = () => {
  const wall = Date.now()
  const since = performance.now()
  return (): HrTime => {
    const now = wall + performance.now() - since
    const seconds = Math.floor(now / 1000)
    return [seconds, Math.floor((now - seconds * 1000) * 1e6)]
  }
}

/** What the SDK complains of goes to the log, now and then: a receiver that is away would fill it otherwise. */
const complaints = (log: Log) => {
  let next = 0
  const tell = (message: string) => {
    if (performance.now() < next) return
    next = performance.now() + complaintEvery
    log.warn({ why: message.slice(0, 500) }, 'traces: some cannot be sent; requests go on without them')
  }
  const quiet = () => {}
  return { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet }
}

/**
 * Sends traces by OTLP over HTTP, as JSON, to where the standard variables `OTEL_…` say. What waits is bounded: when nobody takes it, spans are dropped.
 * Throws where a variable has a value that cannot be used.
 */
export async function startTracing(env: Environment, log: Log, version: string): Promise<Tracer> {
  const [api, sdk, { OTLPTraceExporter }, { samplerOf }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('./sampling.ts'),
  ])
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL']
  if (protocol && protocol !== 'http/json') log.warn({ protocol }, 'traces: only OTEL_EXPORTER_OTLP_PROTOCOL=http/json is spoken, and used')
  api.diag.setLogger(complaints(log), { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true })
  const attributes: Told = {
    'service.name': 'sluice',
    'service.version': version,
    ...resourceAttributes(env['OTEL_RESOURCE_ATTRIBUTES']),
    ...(env['OTEL_SERVICE_NAME'] && { 'service.name': env['OTEL_SERVICE_NAME'] }),
  }
  const resource: NonNullable<NonNullable<ConstructorParameters<typeof sdk.TracerProvider>[0]>['resource']> = {
    attributes,
    merge: () => resource,
    getRawAttributes: () => Object.entries(attributes),
  }
  const provider = new sdk.TracerProvider({
    resource,
    sampler: samplerOf(env['OTEL_TRACES_SAMPLER'], env['OTEL_TRACES_SAMPLER_ARG'], sdk),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        // Its default of ten seconds, with what it tries again meanwhile, would hold the process as long when the server ends.
        exporter: new OTLPTraceExporter({ timeoutMillis: numberOf(env, 'OTEL_EXPORTER_OTLP_TIMEOUT', lastWait) }),
        scheduledDelayMillis: numberOf(env, 'OTEL_BSP_SCHEDULE_DELAY', 5000),
        maxQueueSize: numberOf(env, 'OTEL_BSP_MAX_QUEUE_SIZE', 2048),
        maxExportBatchSize: numberOf(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512),
        exportTimeoutMillis: numberOf(env, 'OTEL_BSP_EXPORT_TIMEOUT', 30_000),
      }),
    ],
  })
  const tracer = provider.getTracer('sluice', version)

  const spanOf = (span: SdkSpan, time: () => HrTime): Span => ({
    traceId: span.spanContext().traceId,
    child(kind: Kind, name: string, told) {
      const context = api.trace.setSpan(api.ROOT_CONTEXT, span)
      const isOut = kind === 'call' || kind === 'mail' || kind === 'database'
      const options = { startTime: time(), kind: isOut ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL, ...(told && { attributes: told() }) }
      return spanOf(tracer.startSpan(name === '' ? kind : `${kind} ${name}`, options, context), time)
    },
    end(outcome, told) {
      span.setAttributes({ 'sluice.outcome': outcome, ...told })
      if (outcome === 'error' || outcome === 'failed' || /^5\d\d$/.test(outcome)) span.setStatus({ code: api.SpanStatusCode.ERROR })
      span.end(time())
    },
  })

  return {
    request(method, parent): RequestSpan | undefined {
      const [, traceId, spanId, flags = ''] = parentForm.exec(parent ?? '') ?? []
      const context =
        traceId && spanId
          ? api.trace.setSpanContext(api.ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true })
          : api.ROOT_CONTEXT
      const time = clock()
      const options = { startTime: time(), kind: api.SpanKind.SERVER, attributes: { 'http.request.method': method } }
      const span = tracer.startSpan(method, options, context)
      if (!span.isRecording()) return undefined
      return { ...spanOf(span, time), named: (name) => void span.updateName(name) }
    },
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, lastWait)
      // What is not taken now is lost: the receiver is away, and the server must end.
      await Promise.race([provider.shutdown().catch(() => {}), promise])
      clearTimeout(timer)
    },
  }
}
