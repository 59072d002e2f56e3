import type { ConfiguredBrand } from '../configuration/brands.ts'
import { negotiate } from '../web/locales.ts'
import { type MailMessage, sampleAuthenticator, sampleCode, sampleData, sampleEvent, sampleLink, sampleSignIn } from './messages.ts'
import type { Preview, Templates } from './templates.ts'
import type { Mail } from './types.ts'

/** Of pages, where no brand says another. */
const colorOfPages = '#0a6275'

/** A brand, as templates see one. */
export const brandOfMail = (brand: Pick<ConfiguredBrand, 'name' | 'primary'> | undefined) => ({
  name: brand?.name ?? 'Sluice',
  color: brand?.primary ?? colorOfPages,
})

type Reader = { readonly locale: string; readonly origin: string; readonly brand: ConfiguredBrand | undefined }

/** Of the languages that there are templates in, the first that is wanted; see `negotiate`. */
export const sampleLocale = (templates: Pick<Templates, 'languages'>, wanted: readonly (string | undefined)[]): string =>
  negotiate(templates.languages(), wanted)

/** A message as somebody would get it who does not exist. */
export const sampleMail = (templates: Pick<Templates, 'preview'>, message: MailMessage, { locale, origin, brand }: Reader): Preview =>
  templates.preview(message, locale, {
    ...sampleData(brandOfMail(brand), origin, locale),
    ...(message === 'event' && { event: sampleEvent }),
    ...(message === 'new-browser' && { signIn: sampleSignIn(origin) }),
    ...(message === 'recovery' && { link: sampleLink(origin, locale) }),
    ...(message === 'code' && { code: sampleCode(locale) }),
    ...(message.startsWith('authenticator') && { authenticator: sampleAuthenticator(origin) }),
  })

/** What is sent to find out whether mail arrives. */
export const testMail = (
  templates: Pick<Templates, 'render'>,
  to: string,
  locale: string,
  brand: ConfiguredBrand | undefined,
  origin: string,
): Mail => ({
  to,
  ...templates.render('test', locale, sampleData(brandOfMail(brand), origin, locale)),
})
