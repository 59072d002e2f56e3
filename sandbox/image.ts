import type { Layout } from './variant.ts'

/** Bytes of a block that a delta copies or leaves. */
const block = 256

type Patch = { readonly at: number; readonly bytes: Uint8Array }

/**
 * The live part of an engine's memory: plain bytes, valid in any instance of the same binary. Images of programs are kept as what differs
 * from the image they began with, a tenth of the whole.
 */
export type Image = {
  /** The program break: where the heap ends. */
  readonly end: number
  readonly base: Image | undefined
  readonly patches: readonly Patch[]
}

/** The two live parts, static data and heap; the stack between them is empty. */
const parts = ({ staticEnd, heap }: Layout, end: number): readonly (readonly [from: number, to: number])[] => [
  [0, staticEnd],
  [heap, end],
]

const view = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length)

/** `base`: an image without a base of its own. */
export const take = (memory: Uint8Array, layout: Layout, end: number, base?: Image): Image => {
  if (!base) return { end, base, patches: parts(layout, end).map(([from, to]) => ({ at: from, bytes: memory.slice(from, to) })) }
  const patches: Patch[] = []
  const now = view(memory)
  for (const { at, bytes } of base.patches) {
    const then = view(bytes)
    let from = -1
    for (let start = 0; start < bytes.length; start += block) {
      const stop = Math.min(start + block, bytes.length)
      const same = then.compare(now, at + start, at + stop, start, stop) === 0
      if (!same && from < 0) from = start
      if (from >= 0 && (same || stop === bytes.length)) {
        patches.push({ at: at + from, bytes: memory.slice(at + from, at + (same ? start : stop)) })
        from = -1
      }
    }
  }
  if (end > base.end) patches.push({ at: base.end, bytes: memory.slice(base.end, end) })
  return { end, base, patches }
}

/** `dirty`: up to where the heap was used since; what lies above the image's own end becomes zero. */
export const apply = (memory: Uint8Array, layout: Layout, dirty: number, image: Image): void => {
  for (const { at, bytes } of image.base?.patches ?? []) memory.set(bytes, at)
  for (const { at, bytes } of image.patches) memory.set(bytes, at)
  // A program that corrupted the engine may have written anything there as well.
  const high = dirty < layout.heap || dirty > memory.length ? memory.length : dirty
  if (high > image.end) memory.fill(0, image.end, high)
}

/** Bytes that the image occupies, without its base. */
export const sizeOf = (image: Image): number => image.patches.reduce((sum, { bytes }) => sum + bytes.length, 0)
