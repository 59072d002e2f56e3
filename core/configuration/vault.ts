import { createHmac } from 'node:crypto'
import type { Seal } from '../keys/seal.ts'
import type { Catalog } from './catalog.ts'
import { isMap } from './document.ts'
import { type KindName, schemaOf } from './kinds.ts'
import { placesOf, pointerOf, withValueAt } from './places.ts'
import type { Path } from './problem.ts'
import { mapSecrets } from './secrets.ts'

type Spec = Readonly<Record<string, unknown>>
type Owner = { readonly kind: KindName; readonly id: string }
type Named = { readonly kind: KindName; readonly slug: string }
/** Secrets of an object by their JSON pointers (RFC 6901). */
export type Secrets = ReadonlyMap<string, string>

/** Changes the secret fields of an object: those of its kind, and those of the settings in it. */
export const mapObject = ({ kind, slug }: Named, spec: Spec, catalog: Catalog, change: (value: unknown, path: Path) => unknown): Spec => {
  let result = mapSecrets(schemaOf(kind, slug), spec, change)
  for (const { path, item, settings } of placesOf(kind, spec, catalog)) {
    const changed = mapSecrets(catalog.schema(item), settings, (value, inner) => change(value, [...path, ...inner]))
    result = withValueAt(result, path, changed)
  }
  return result as Spec
}

const mapValues = (value: unknown, path: Path, change: (value: unknown, path: Path) => unknown): unknown => {
  const changed = change(value, path)
  if (changed !== value) return changed
  if (Array.isArray(value)) return value.map((one, index) => mapValues(one, [...path, index], change))
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapValues(one, [...path, key], change)]))
}

const belongsTo = ({ kind, id }: Owner, path: Path) => `${kind}/${id}${pointerOf(path)}`

/** A stored spec with what the previous key sealed sealed anew, and how many secrets that were. Throws `Unsealable`. */
export const resealedSpec = (seal: Seal, owner: Owner, stored: unknown): { readonly spec: unknown; readonly count: number } => {
  let count = 0
  const spec = mapValues(stored, [], (value, path) => {
    if (!isMap(value) || typeof value['$sealed'] !== 'string') return value
    const again = seal.reseal(value['$sealed'], belongsTo(owner, path))
    if (again === undefined) return value
    count++
    return { $sealed: again }
  })
  return { spec, count }
}

/** Keeps the secrets of configuration: encrypted where they are stored, as fingerprints where people see them. */
export type Vault = ReturnType<typeof createVault>

export const createVault = (seal: Seal, catalog: Catalog) => {
  const key = seal.derive('configuration-fingerprint')
  const before = seal.derivePrevious('configuration-fingerprint')
  const fingerprint = ({ kind, slug }: Named, pointer: string, secret: string, by = key): string =>
    createHmac('sha256', by)
      .update(JSON.stringify([kind, slug, pointer, secret]))
      .digest('base64url')
      .slice(0, 22)

  return {
    /** Is this the fingerprint of the secret? Also one that was shown under the previous secret key. */
    fits: (named: Named, pointer: string, secret: string, wanted: unknown): boolean =>
      fingerprint(named, pointer, secret) === wanted || (before !== undefined && fingerprint(named, pointer, secret, before) === wanted),

    /** A spec as it is stored: `{ $sealed }` in place of each secret. */
    sealed: (owner: Owner & Named, spec: Spec): Spec =>
      mapObject(owner, spec, catalog, (value, path) =>
        typeof value === 'string' ? { $sealed: seal.seal(value, belongsTo(owner, path)) } : value,
      ),

    /** A stored spec with its secrets in plain text, also where nobody knows its settings any more. Throws `Unsealable`. */
    opened(owner: Owner, stored: unknown): { readonly spec: Spec; readonly secrets: Secrets } {
      const secrets = new Map<string, string>()
      const spec = mapValues(stored, [], (value, path) => {
        if (!isMap(value) || typeof value['$sealed'] !== 'string') return value
        const secret = seal.open(value['$sealed'], belongsTo(owner, path))
        secrets.set(pointerOf(path), secret)
        return secret
      })
      return { spec: spec as Spec, secrets }
    },

    secretsOf(named: Named, spec: Spec): Secrets {
      const secrets = new Map<string, string>()
      mapObject(named, spec, catalog, (value, path) => {
        if (typeof value === 'string') secrets.set(pointerOf(path), value)
        return value
      })
      return secrets
    },

    /** A spec as people see it: `{ $keep: <fingerprint> }` in place of each secret. */
    masked: (named: Named, spec: Spec, secrets: Secrets): Spec =>
      mapValues(spec, [], (value, path) => {
        const pointer = pointerOf(path)
        const secret = secrets.get(pointer)
        return secret === undefined ? value : { $keep: fingerprint(named, pointer, secret) }
      }) as Spec,
  }
}
