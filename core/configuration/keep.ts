import { isMap, type Item } from './document.ts'
import type { Held } from './held.ts'
import { schemaOf } from './kinds.ts'
import { pointerOf } from './places.ts'
import type { Path } from './problem.ts'
import type { Vault } from './vault.ts'

/**
 * What `{ $keep: <fingerprint> }` stands for: the secret that is stored, if it still is that one. In a list it is found wherever it stood, so
 * that entries may change places. Nothing: the value is no such form.
 */
export const keptSecret = (
  value: unknown,
  path: Path,
  { kind, slug, spec }: Item,
  earlier: Held | undefined,
  vault: Vault,
): { readonly value: string } | { readonly message: string } | undefined => {
  if (!isMap(value) || !Object.hasOwn(value, '$keep')) return undefined
  const { $keep: wanted } = value
  if (typeof wanted !== 'string' || Object.keys(value).length > 1)
    return { message: '$keep must be { $keep: <fingerprint> }, as an export writes it' }
  const stored = earlier?.item && vault.secretsOf(earlier, earlier.item.written)
  if (!stored || stored.size === 0)
    return { message: `$keep keeps a secret that is stored, but ${kind}.${slug} has none here; write it, e.g. by { $env: NAME }` }
  const moved = (schemaOf(kind, slug)['x-keep-with'] ?? []).filter((name) => spec[name] !== earlier.item?.spec[name])
  if (moved.length > 0)
    return { message: `$keep keeps a secret only where it was stored for, and ${moved.join(', ')} changed; write the secret again` }
  for (const [pointer, secret] of [[pointerOf(path), stored.get(pointerOf(path))] as const, ...stored]) {
    if (secret !== undefined && vault.fits(earlier, pointer, secret, wanted)) return { value: secret }
  }
  return { message: 'the secret that is stored is another one than $keep names; export it again, or write the secret' }
}
