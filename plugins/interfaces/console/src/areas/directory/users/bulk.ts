/** How far something is that is done to many, one after the other. */
export type Progress<T> = { readonly done: number; readonly failed: readonly { readonly item: T; readonly error: unknown }[] }

/** Does it to each, goes on after failures, and stops when it is told to. */
export const doToEach = async <T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  { onProgress, signal }: { readonly onProgress: (progress: Progress<T>) => void; readonly signal: AbortSignal },
): Promise<Progress<T>> => {
  let progress: Progress<T> = { done: 0, failed: [] }
  for (const item of items) {
    if (signal.aborted) break
    let failed = progress.failed
    try {
      await work(item)
    } catch (error) {
      failed = [...failed, { item, error }]
    }
    progress = { done: progress.done + 1, failed }
    onProgress(progress)
  }
  return progress
}
