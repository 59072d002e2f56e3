import { templateProblems } from '../../mail/templates.ts'
import type { Options } from '../../options/options.ts'
import type { Finding } from './finding.ts'

/** Templates of messages that cannot be used, each with its file and line: the shipped ones are used in their place. */
export const checkTemplates = ({ templates }: Pick<Options, 'templates'>): readonly Finding[] =>
  templateProblems(templates).map(({ at, reason }) => ({
    level: 'warning',
    subject: 'templates',
    text: `${at}: ${reason}`,
    fix: 'mend or remove it; until then the shipped one is used',
  }))
