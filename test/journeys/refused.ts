import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, freePort, temporaryDirectory } from '../kit/server.ts'

/** Runs `serve`, which is expected to refuse, in an empty directory. */
export const refused = async (env: Readonly<Record<string, string>>, file?: string) => {
  const directory = temporaryDirectory()
  if (file !== undefined) writeFileSync(join(directory, 'configuration.yaml'), file)
  const port = await freePort()
  const { child, ended } = command(['serve'], {
    directory,
    env: {
      SLUICE_LISTEN_HTTP: `127.0.0.1:${port}`,
      SLUICE_DATA_DIR: join(directory, 'data'),
      ...(file !== undefined && { SLUICE_APPLY: 'configuration.yaml' }),
      ...env,
    },
  })
  child.stdin?.end()
  const { code, out, err: written } = await ended
  assert.deepEqual([code, out], [1, ''], written)
  // The log, one JSON object a line, goes to the standard error, too.
  const err = written.replaceAll(/^\{.*\}\n/gm, '')
  assert.doesNotMatch(err, /\n\s+at /)
  return { err, lines: err.trimEnd().split('\n'), directory }
}
