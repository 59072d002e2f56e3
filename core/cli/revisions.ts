import type { HistoryResult } from '../configuration/commands.ts'
import { person } from './apply.ts'
import { changeLines, summaryOf } from './changes.ts'
import { type Call, type Command, jsonFlag, messageFlag, misuse, text } from './command.ts'
import { tellOutcome } from './outcome.ts'
import { optionsOf } from './setup.ts'

const numberOf = (name: string, text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw misuse(`${name} must be the number of a revision, not "${text}"; "sluice history" lists them`)
  return Number(text)
}

const locallyFor = async (call: Call) => {
  const [options, { locally }] = await Promise.all([optionsOf(call), import('./local.ts')])
  return { options, locally }
}

const actorOf = ({ actor }: HistoryResult['revisions'][number]): string =>
  actor.type === 'file' ? `files (${actor.name})` : `${actor.name} (${actor.type})`

export const history: Command = {
  name: 'history',
  summary: 'List the revisions of the configuration',
  details: ['Newest first. "sluice diff A B" tells what changed between two of them.'],
  flags: {
    limit: { type: 'string', value: 'N', description: 'How many (default: 20).' },
    before: { type: 'string', value: 'N', description: 'Only those before this one.' },
    json: jsonFlag,
  },
  async run(call) {
    const { flags, terminal } = call
    const { limit = '20', before } = flags
    const input = {
      limit: Math.min(1000, numberOf('--limit', String(limit))),
      ...(typeof before === 'string' && { before: numberOf('--before', before) }),
    }
    const { options, locally } = await locallyFor(call)
    const { revisions } = await locally(options, terminal, 'history', input)
    if (flags['json']) terminal.out(JSON.stringify(revisions, null, 2))
    else if (revisions.length === 0) terminal.out('There are no revisions yet.')
    for (const revision of flags['json'] ? [] : revisions) {
      const { number, at, message, changes } = revision
      const when = at.slice(0, 19).replace('T', ' ')
      terminal.out(
        `${String(number).padStart(4)}  ${when}  ${summaryOf(changes).padEnd(24)}  ${actorOf(revision)}${message ? `: ${message}` : ''}`,
      )
    }
    return 0
  },
}

export const diff: Command = {
  name: 'diff',
  summary: 'Tell what changed between two revisions',
  parameters: [
    { name: 'A', required: true, description: 'The number of the earlier revision; 0 is before the first.' },
    { name: 'B', description: 'The number of the later one (default: the newest).' },
  ],
  flags: { json: jsonFlag },
  async run(call) {
    const { parameters, flags, terminal } = call
    const [a = '', b] = parameters
    const from = numberOf('A', a)
    const to = b === undefined ? undefined : numberOf('B', b)
    const { options, locally } = await locallyFor(call)
    const result = await locally(options, terminal, 'diff', { from, to })
    if (flags['json']) terminal.out(JSON.stringify(result, null, 2))
    else terminal.out(result.changes.length > 0 ? changeLines(result.changes).join('\n') : 'They are the same.')
    return 0
  },
}

export const rollback: Command = {
  name: 'rollback',
  summary: 'Make the configuration what it was at a revision',
  details: ['As a new revision, so that nothing is lost. Users, groups and what they have are left as they are.'],
  parameters: [{ name: 'N', required: true, description: 'The number of the revision; 0 is before the first.' }],
  flags: { message: messageFlag, json: jsonFlag },
  async run(call) {
    const { parameters, flags, terminal } = call
    const to = numberOf('N', parameters[0] ?? '')
    const { options, locally } = await locallyFor(call)
    const result = await locally(options, terminal, 'rollback', { to, by: person(), message: text(flags['message']) })
    return tellOutcome(result, terminal, { json: flags['json'] === true, plan: false })
  },
}
