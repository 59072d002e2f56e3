import Type from 'typebox'
import { begin, limits } from '../../engine/limits.ts'
import type { EmailSettings } from '../../configuration/email-schema.ts'
import { noMailServer } from '../../mail/mailer.ts'
import { mailMessages } from '../../mail/messages.ts'
import type { Templates } from '../../mail/templates.ts'
import { sampleLocale, sampleMail, testMail } from '../../mail/test-mail.ts'
import { sendOnce } from '../../mail/transport.ts'
import { MailError, type Mailer } from '../../mail/types.ts'
import type { Store, Users } from '../../api/index.ts'
import { actorOf, documentOf, orProblem } from './changes.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem, impossible, invalid } from './problem.ts'
import { type Call, defineRoute, type Route } from './route.ts'
import { nullable } from './schemas.ts'

export type EmailParts = Pick<ApiParts, 'events' | 'plane'> & {
  readonly mailer: Mailer
  readonly templates: Templates
  readonly users: Users
  /** Where attempts are counted. */
  readonly store: Store
}

type Spec = Readonly<Record<string, unknown>>

/** Settings as they would be if they were saved, by all the checks that there are for that. */
const triedSettings = async ({ plane }: EmailParts, call: Call, written: Spec): Promise<EmailSettings> => {
  const change = { documents: [documentOf('settings', { email: written })], owner: 'api', actor: actorOf(call) }
  const { snapshot } = orProblem(await plane.tried(change), call.caller, { place: (path) => ['settings', ...path.slice(2)] })
  if (!snapshot.email) throw impossible('mail-not-sent', [{ pointer: '/settings', detail: 'these settings cannot be used' }])
  return snapshot.email
}

const mustNotBeTooOften = async ({ store }: EmailParts, { caller, request }: Call): Promise<void> => {
  const tried = await begin(store, { stage: 'email-test', account: caller.userId, address: request.ip, knownBrowser: undefined })
  if (tried !== 'allowed')
    throw new ApiProblem(
      429,
      'too-many-attempts',
      `Too many test messages. Try again in ${limits.window / 60} minutes.`,
      {},
      { 'retry-after': String(limits.window) },
    )
}

const previewOf = Type.Object({
  name: Type.Enum([...mailMessages], { description: 'Which message.' }),
  subject: Type.String(),
  text: Type.String({ description: 'As mail programs show it that show no HTML.' }),
  html: Type.String({ description: 'A whole document.' }),
  files: Type.Array(
    Type.Object({
      file: Type.String({ description: 'Where one of your own has to be to replace the shipped one, within `folder`.' }),
      own: Type.Boolean({ description: 'Is one of your own used?' }),
      problem: nullable(Type.String({ description: 'Why one of your own is there and is not used.' })),
    }),
    { description: 'What the message is made of.' },
  ),
})

const templatesRoute = ({ templates }: EmailParts) =>
  defineRoute({
    method: 'GET',
    path: '/settings/email/templates',
    permission: 'settings.view',
    summary: 'Show the messages that are sent to people',
    description: 'As somebody would get them who does not exist, with the brand of the address that is asked.',
    query: Type.Object({
      locale: Type.Optional(
        Type.String({ description: 'The language; that of the request where nothing is said, or there is none in it.', maxLength: 35 }),
      ),
    }),
    response: Type.Object({
      folder: Type.String({ description: 'The directory of templates of your own, on the server.' }),
      languages: Type.Array(Type.String(), { description: 'Those that there are templates in.' }),
      locale: Type.String({ description: 'The language of these messages.' }),
      items: Type.Array(previewOf),
    }),
    async handler({ query, request, snapshot }) {
      const { origin, locale: preferred } = request
      const locale = sampleLocale(templates, [query.locale, preferred])
      const items = mailMessages.map((name) => {
        const { files, ...mail } = sampleMail(templates, name, { locale, origin, brand: snapshot.brandOf(origin) })
        return { name, ...mail, files: files.map(({ file, isOwn, problem }) => ({ file, own: isOwn, problem: problem ?? null })) }
      })
      return { body: { folder: templates.folder, languages: templates.languages(), locale, items } }
    },
  })

export const emailRoutes = (parts: EmailParts): readonly Route[] => [
  templatesRoute(parts),

  defineRoute({
    method: 'POST',
    path: '/settings/email/test',
    permission: 'settings.edit',
    summary: 'Send a test message',
    description:
      'By the mail server of the settings, or by `settings` that are not saved: there `{ "$keep": … }` is the stored password, as long as host, port and user name are those it was stored with.',
    body: Type.Object({
      to: Type.Optional(
        Type.String({ description: 'Where it goes; your own address, where nothing is said.', minLength: 3, maxLength: 320 }),
      ),
      settings: Type.Optional(
        Type.Unsafe<Spec>(Type.Object({}, { description: 'As `settings.email` in a configuration document.', additionalProperties: true })),
      ),
    }),
    response: Type.Object({ to: Type.String(), response: Type.String({ description: 'What the mail server said.' }) }),
    async handler(call) {
      const { body, caller, request } = call
      await mustNotBeTooOften(parts, call)
      const to = body.to ?? (await parts.users.get(caller.userId))?.email
      if (!to) throw invalid([{ pointer: '/to', detail: 'you have no e-mail address; say where the message is to go' }])
      const settings = body.settings && (await triedSettings(parts, call, body.settings))
      if (!settings && !call.snapshot.email) throw impossible('no-mail-server', [], noMailServer)
      const tell = (detail: { readonly sent: boolean }) =>
        parts.events.record({ action: 'email.tested', userId: caller.userId, detail: { ...detail, to }, request })
      const { origin, locale } = request
      const mail = testMail(parts.templates, to, locale, call.snapshot.brandOf(origin), origin)
      try {
        const { response } = settings ? await sendOnce(settings, mail) : await parts.mailer.send(mail)
        await tell({ sent: true })
        return { body: { to, response } }
      } catch (error) {
        if (!(error instanceof MailError)) throw error
        await tell({ sent: false })
        throw impossible('mail-not-sent', [], error.message)
      }
    },
  }),
]
