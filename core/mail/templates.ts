import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Log } from '../api/index.ts'
import { lookupOrder } from '../web/locales.ts'
import { renderLiquid, TemplateError } from './liquid.ts'
import {
  type CodeMailData,
  type AuthenticatorMailData,
  type EventMailData,
  type LinkMailData,
  type MailData,
  mailMessages,
  type MailMessage,
  sampleCode,
  sampleAuthenticator,
  sampleData,
  sampleEvent,
  sampleLink,
  sampleSignIn,
  type SignInMailData,
} from './messages.ts'
import type { Mail } from './types.ts'

const shippedFolder = fileURLToPath(new URL('templates', import.meta.url))
const parts = ['subject', 'text', 'html'] as const
type Part = (typeof parts)[number]

/** `at`: the file, with the line where it is known. */
export type TemplateProblem = { readonly at: string; readonly reason: string }
/** One file that a message is made of. */
export type TemplateFile = {
  /** Where one of your own has to be to replace the shipped one, within the folder of templates: `de/password-changed.html.liquid`. */
  readonly file: string
  /** Is one of your own used? */
  readonly isOwn: boolean
  /** Why one of your own is there and is not used, with the line where it is known. */
  readonly problem?: string
}
export type Preview = Omit<Mail, 'to'> & { readonly files: readonly TemplateFile[] }
export type Templates = {
  /** Where templates of one's own are. */
  readonly folder: string
  /** Tags of the languages that there are templates in. */
  languages(): readonly string[]
  /** Writes a message in a language; what the folder has wrong is logged once, and the shipped one is used. */
  render(
    message: Exclude<MailMessage, 'event' | 'new-browser' | 'recovery' | 'code' | `authenticator${string}`>,
    locale: string,
    data: MailData,
  ): Omit<Mail, 'to'>
  render(message: 'event', locale: string, data: EventMailData): Omit<Mail, 'to'>
  render(message: 'new-browser', locale: string, data: SignInMailData): Omit<Mail, 'to'>
  render(message: 'recovery', locale: string, data: LinkMailData): Omit<Mail, 'to'>
  render(message: 'code', locale: string, data: CodeMailData): Omit<Mail, 'to'>
  render(message: Extract<MailMessage, `authenticator${string}`>, locale: string, data: AuthenticatorMailData): Omit<Mail, 'to'>
  render(
    message: Exclude<MailMessage, 'test' | 'event' | 'recovery' | 'code'>,
    locale: string,
    data: SignInMailData & AuthenticatorMailData,
  ): Omit<Mail, 'to'>
  /** The same, with the files that it is made of. */
  preview(message: MailMessage, locale: string, data: MailData): Preview
}

const readOrNone = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw new TemplateError(`it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`, undefined)
  }
}

const language = /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/
const oneLine = (text: string) => text.replaceAll(/\p{Cc}+/gu, ' ').trim()

/** Values stay on their line: a name with line breaks would be paragraphs of its own. */
const clean = (data: MailData): MailData =>
  JSON.parse(JSON.stringify(data), (_, value: unknown) => (typeof value === 'string' ? oneLine(value) : value)) as MailData

type Place = { readonly folder: string; readonly isShipped: boolean }
type Wanted = { readonly name: string; readonly locale: string; readonly data: object }

const attempt = (path: string, { data }: Wanted, part: Part): string | undefined => {
  const template = readOrNone(path)
  return template === undefined ? undefined : renderLiquid(template, data, part === 'html' ? 'html' : 'text')
}

const listed = (path: string) => {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return []
  }
}
const languagesIn = (folder: string): readonly string[] =>
  listed(folder)
    .filter((entry) => entry.isDirectory() && language.test(entry.name))
    .map(({ name }) => name)

/** What looks like a tag need not be one that a time can be written in. */
const isLocale = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length > 0
  } catch {
    return false
  }
}

const problemAt = (path: string, { line, message }: TemplateError): TemplateProblem => ({
  at: line === undefined ? path : `${path}:${line}`,
  reason: message,
})

/** Templates of messages in `<folder>/<language>/<message>.<part>.liquid` over those that are shipped. They are read anew for each message. */
export const createTemplates = ({ folder, log }: { readonly folder: string; readonly log: Pick<Log, 'warn'> }): Templates => {
  const told = new Set<string>()
  const places: readonly Place[] = [
    { folder, isShipped: false },
    { folder: shippedFolder, isShipped: true },
  ]
  const tell = ({ at, reason }: TemplateProblem): void => {
    if (told.has(`${at} ${reason}`)) return
    told.add(`${at} ${reason}`)
    log.warn({ template: at }, `a template of messages is not used, but the shipped one: ${reason}`)
  }

  const renderPart = (wanted: Wanted, part: Part): { readonly text: string; readonly from: TemplateFile } => {
    const languages = [...lookupOrder(wanted.locale.toLowerCase()), 'en'].filter((tag) => language.test(tag))
    const name = `${wanted.name}.${part}.liquid`
    const problems: string[] = []
    for (const tag of languages)
      for (const { folder: of, isShipped } of places) {
        const path = join(of, tag, name)
        try {
          const text = attempt(path, wanted, part)
          const problem = problems.length > 0 ? { problem: problems.join('; ') } : {}
          if (text !== undefined)
            return { text, from: { file: `${isShipped ? languages[0] : tag}/${name}`, isOwn: !isShipped, ...problem } }
        } catch (error) {
          if (!(error instanceof TemplateError) || isShipped) throw error
          tell(problemAt(path, error))
          problems.push(error.line === undefined ? error.message : `line ${error.line}: ${error.message}`)
        }
      }
    throw new Error(`there is no template ${name}`)
  }

  const preview = (message: MailMessage, locale: string, given: MailData): Preview => {
    const data = clean(given)
    const files: TemplateFile[] = []
    const write = (name: string, part: Part, more: object = {}): string => {
      const { text, from } = renderPart({ name, locale, data: { ...data, ...more } }, part)
      files.push(from)
      return text
    }
    const subject = oneLine(write(message, 'subject'))
    const whole = (part: 'text' | 'html') => {
      const content = write(message, part).trim()
      return write('layout', part, { subject, content })
    }
    return { subject, text: whole('text'), html: whole('html'), files }
  }

  return {
    folder,
    languages: () => [...new Set([...languagesIn(shippedFolder), ...languagesIn(folder).filter(isLocale)])].toSorted(),
    preview,
    render(message: MailMessage, locale: string, data: MailData) {
      const { files: _, ...mail } = preview(message, locale, data)
      return mail
    },
  }
}

const sample = {
  ...sampleData({ name: 'Sluice', color: '#00687a' }, 'https://id.example.com', 'en'),
  subject: 'Subject',
  content: 'Content',
  event: sampleEvent,
  signIn: sampleSignIn('https://id.example.com'),
  link: sampleLink('https://id.example.com', 'en'),
  code: sampleCode('en'),
  authenticator: sampleAuthenticator('https://id.example.com'),
}
const names: ReadonlySet<string> = new Set([...mailMessages, 'layout'].flatMap((name) => parts.map((part) => `${name}.${part}.liquid`)))

const problemOf = (path: string, name: string): TemplateProblem | undefined => {
  if (!names.has(name) || name === 'layout.subject.liquid')
    return {
      at: path,
      reason: `no message is named so; there are ${mailMessages.join(', ')} and layout, each with .text.liquid and .html.liquid`,
    }
  try {
    attempt(path, { name, locale: 'en', data: sample }, name.endsWith('.html.liquid') ? 'html' : 'text')
    return undefined
  } catch (error) {
    if (error instanceof TemplateError) return problemAt(path, error)
    throw error
  }
}

/** Tries every template of a folder, with sample data. A folder that is not there has no problems. */
export const templateProblems = (folder: string): readonly TemplateProblem[] =>
  languagesIn(folder)
    .flatMap((tag) => listed(join(folder, tag)).map(({ name }) => problemOf(join(folder, tag, name), name)))
    .filter((problem) => problem !== undefined)
