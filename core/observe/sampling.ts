import type * as Sdk from '@opentelemetry/sdk-trace'

type Samplers = Pick<typeof Sdk, 'AlwaysOnSampler' | 'AlwaysOffSampler' | 'TraceIdRatioBasedSampler' | 'ParentBasedSampler'>

/** Told to people as it is. */
class TracingRefused extends Error {
  override readonly name = 'TracingRefused'
}

/** Throws, in words for whoever set the variable, where a value cannot be used: a trace that is silently not there is looked for in vain. */
const ratioOf = (text: string | undefined): number => {
  const ratio = text === undefined || text === '' ? 1 : Number(text)
  if (!(ratio >= 0 && ratio <= 1)) throw new TracingRefused(`OTEL_TRACES_SAMPLER_ARG: "${text}" is no number from 0 to 1`)
  return ratio
}

/** Which traces are taken down, as `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` say (OpenTelemetry, SDK environment variables). */
export const samplerOf = (name: string | undefined, argument: string | undefined, sdk: Samplers): Sdk.Sampler => {
  const { AlwaysOnSampler, AlwaysOffSampler, TraceIdRatioBasedSampler, ParentBasedSampler } = sdk
  const roots: Readonly<Record<string, () => Sdk.Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratioOf(argument)),
  }
  const wanted = name || 'parentbased_always_on'
  const [, byParent, root = ''] = /^(parentbased_)?(.+)$/.exec(wanted) ?? []
  const made = Object.hasOwn(roots, root) ? roots[root]?.() : undefined
  if (!made) {
    const names = Object.keys(roots).flatMap((one) => [one, `parentbased_${one}`])
    throw new TracingRefused(`OTEL_TRACES_SAMPLER: "${name}" is not one of ${names.join(', ')}`)
  }
  return byParent === undefined ? made : new ParentBasedSampler({ root: made })
}
