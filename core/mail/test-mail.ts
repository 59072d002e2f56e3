import type { ConfiguredBrand } from '../configuration/brands.ts'
import { sampleData } from './messages.ts'
import type { Templates } from './templates.ts'
import type { Mail } from './types.ts'

/** Of pages, where no brand says another. */
const colorOfPages = '#0a6275'

/** A brand, as templates see one. */
export const brandOfMail = (brand: Pick<ConfiguredBrand, 'name' | 'primary'> | undefined) => ({
  name: brand?.name ?? 'Sluice',
  color: brand?.primary ?? colorOfPages,
})

/** What is sent to find out whether mail arrives. */
export const testMail = (templates: Templates, to: string, locale: string, brand: ConfiguredBrand | undefined, origin: string): Mail => ({
  to,
  ...templates.render('test', locale, sampleData(brandOfMail(brand), origin, locale)),
})
