// @ts-check
// A reporter for node:test that writes the totals of a whole run as JSON, for test/run.mjs to read.

/** @param {AsyncIterable<import('node:test/reporters').TestEvent>} source */
export default async function* totals(source) {
  for await (const { type, data } of source) {
    if (type === 'test:summary' && !data.file) yield JSON.stringify({ ...data.counts, success: data.success })
  }
}
