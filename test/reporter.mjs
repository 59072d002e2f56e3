// @ts-check
// A reporter for node:test that says little while all is well: a line for each file that ran in a process of its own, and failures in full.
import { relative } from 'node:path'
import { inspect } from 'node:util'

/** How much of a failed file's own output is shown, in characters. */
const shownOutput = 4000

/** @param {AsyncIterable<import('node:test/reporters').TestEvent>} source */
export default async function* report(source) {
  /** @type {Map<string, string>} */
  const output = new Map()
  /** @type {Set<string>} */
  const failed = new Set()
  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      output.set(data.file, ((output.get(data.file) ?? '') + data.message).slice(-shownOutput))
    } else if (type === 'test:fail') {
      const error = /** @type {Error & { failureType?: string }} */ (data.details.error)
      if (error.failureType === 'subtestsFailed') continue
      failed.add(data.file ?? '')
      yield `\n✖ ${data.name} (${place(data)})\n${indent(describe(error.cause ?? error))}\n`
    } else if (type === 'test:summary' && data.file) {
      const { passed, tests } = data.counts
      yield `${passed === tests ? 'ok' : '✖ '} ${place(data)} (${passed} of ${tests}, ${(data.duration_ms / 1000).toFixed(1)} s)\n`
    }
  }
  for (const file of failed) {
    const said = output.get(file)
    if (said) yield `\nThe last output of ${place({ file })}:\n${indent(said)}\n`
  }
}

/** @param {{ file?: string | undefined, line?: number | undefined, column?: number | undefined }} at */
const place = ({ file, line, column }) => (file ? [relative(process.cwd(), file), line, column].filter(Boolean).join(':') : '')

/** @param {unknown} error its lines of Node's own code tell nothing about the failure */
const describe = (error) =>
  inspect(error, { depth: 8 })
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:/.test(line))
    .join('\n')

/** @param {string} text */
const indent = (text) => text.trimEnd().replace(/^/gm, '  ')
