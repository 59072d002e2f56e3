import type { Log } from '../api/index.ts'
import { version } from '../cli/version.ts'
import type { Tracer } from './span.ts'
import { frameNow } from './work.ts'

type Environment = Readonly<Record<string, string | undefined>>

const wanted = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']

/** Starts traces if the environment asks for them by the standard variables. Without, nothing of OpenTelemetry is loaded. */
export async function tracingBy(env: Environment, log: Log, opened: (() => Promise<unknown> | void)[]): Promise<Tracer | undefined> {
  const isOff = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none'
  if (isOff || !wanted.some((name) => env[name])) return undefined
  const { startTracing } = await import('./tracing.ts')
  const tracer = await startTracing(env, log, version())
  opened.push(() => tracer.close())
  return tracer
}

/** What each line of the log has of the request that it belongs to: the trace, where there is one. */
export const lineOfTrace = (): object => {
  const traceId = frameNow()?.span?.traceId
  return traceId === undefined ? {} : { traceId }
}
