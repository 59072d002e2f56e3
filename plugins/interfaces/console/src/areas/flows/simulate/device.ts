import type { Said } from './SaidRows.vue'

/** By path, as expressions read it (`posture.managed`, `certificate.commonName`). What has no such path is for the server to refuse. */
export const deviceOf = (said: readonly Said[]): Readonly<Record<string, unknown>> | undefined => {
  const device: Record<string, Record<string, unknown> | string> = {}
  for (const { name, value } of said.filter((one) => one.name.trim() !== '')) {
    const [of = '', ...rest] = name
      .trim()
      .replace(/^device\./, '')
      .split('.')
    const field = rest.join('.')
    const facts = device[of] ?? {}
    if (field === '' || typeof facts === 'string') device[of] = value
    else device[of] = { ...facts, [field]: field === 'names' && of === 'certificate' ? value.split(',').map((one) => one.trim()) : value }
  }
  return Object.keys(device).length > 0 ? device : undefined
}
