import type { Options } from '../../options/options.ts'
import type { Finding } from './finding.ts'

const count = (number: number, thing: string) => `${number} ${thing}${number === 1 ? '' : 's'}`

/**
 * Loads the plugins and compiles the configuration, as a start would.
 * @param overStored what is wrong with the files over the stored configuration, where there is one; else they are looked at alone
 */
export const checkConfiguration = async (
  options: Options,
  env: Readonly<Record<string, string | undefined>>,
  overStored: readonly string[] | undefined,
): Promise<readonly Finding[]> => {
  const { Misconfigured, readCatalog, readConfiguration } = await import('../../configuration/house.ts')
  const problems = (subject: string, error: unknown): readonly Finding[] => {
    if (!(error instanceof Misconfigured)) throw error
    return error.problems.map((text) => ({ level: 'error', subject, text }))
  }
  let catalog: Awaited<ReturnType<typeof readCatalog>>
  try {
    catalog = await readCatalog()
  } catch (error) {
    return problems('plugins', error)
  }
  const plugins: Finding = { level: 'ok', subject: 'plugins', text: count(catalog.plugins.length, 'plugin') }
  if (overStored?.length === 0) {
    return [plugins, { level: 'ok', subject: 'configuration', text: 'the files fit what is stored' }]
  }
  if (overStored) return [plugins, ...overStored.map((text): Finding => ({ level: 'error', subject: 'configuration', text }))]
  try {
    const { snapshot } = readConfiguration(catalog, options, env)
    const text = [
      count(snapshot.flows.size, 'flow'),
      count(snapshot.applications.size, 'application'),
      count(snapshot.providers.size, 'provider'),
    ].join(', ')
    return [plugins, { level: 'ok', subject: 'configuration', text }]
  } catch (error) {
    return [plugins, ...problems('configuration', error)]
  }
}
