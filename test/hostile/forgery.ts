import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject, sign as signBytes } from 'node:crypto'

export type Header = { readonly alg: string; readonly kid: string; readonly typ?: string }
/** A genuine token, taken apart. */
export type Taken = { readonly header: Header; readonly h: string; readonly p: string; readonly s: string; readonly claims: string }
export type Forger = {
  /** The public keys of whoever signs genuine tokens. */
  readonly keys: readonly (JsonWebKey & { readonly kid: string; readonly alg?: string })[]
  /** Where nobody may fetch keys. */
  readonly address: string
  /** An `exp` that is good. */
  readonly later: number
  /** As whoever has the genuine key would sign: what is refused then is refused for what it says. */
  sign(header: object, payload: unknown, as: Header): Promise<string>
}

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
/** Takes a token apart. */
export const taken = (token: string): Taken => {
  const [h = '', p = '', s = ''] = token.split('.')
  const read = (part: string) => Buffer.from(part, 'base64url').toString()
  return { header: JSON.parse(read(h)) as Header, h, p, s, claims: read(p) }
}

/** A token that somebody else's key signs. */
export const signedBy = (key: KeyObject, header: object, claims: string, hash: string | null = 'sha256'): string => {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${signBytes(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })

/** Forged tokens by attack, made of a genuine one. */
export const forgeries: Readonly<Record<string, (of: Taken, by: Forger) => readonly string[] | Promise<readonly string[]>>> = {
  'no algorithm, in any spelling, and no signature': ({ header, h, p, s }) => [
    ...['none', 'None', 'nOnE', 'NONE', ''].flatMap((alg) => ['', s].map((signature) => `${encode({ ...header, alg })}.${p}.${signature}`)),
    `${h}.${p}.`,
    `${h}.${p}`,
  ],
  'a public key as the secret of an HMAC': ({ header, p }, { keys }) =>
    keys.flatMap((jwk) => {
      const key = createPublicKey({ key: jwk, format: 'jwk' })
      const secrets = [key.export({ type: 'spki', format: 'pem' }), key.export({ type: 'spki', format: 'der' }), JSON.stringify(jwk)]
      return secrets.flatMap((secret) =>
        ['HS256', header.alg].map((alg) => {
          const signed = `${encode({ ...header, kid: jwk.kid, alg })}.${p}`
          return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
        }),
      )
    }),
  'a key that the token brings along or points to': ({ header, claims }, { address }) => {
    const jwk = own.publicKey.export({ format: 'jwk' })
    return [
      { jwk },
      { jku: address },
      { x5u: address },
      { x5c: [own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] },
    ]
      .flatMap((more) => [
        { ...header, alg: 'ES256', ...more },
        { ...header, alg: 'ES256', kid: 'mine', ...more },
      ])
      .map((forged) => signedBy(own.privateKey, forged, claims))
  },
  'a name of a key that is a path, a query, huge, or of another type': ({ header, claims, p, s }) =>
    ['../../etc/passwd', "' OR 1=1 --", '', '__proto__', 'x'.repeat(5000), 1, null, ['x'], {}].flatMap((kid) => [
      `${encode({ ...header, kid })}.${p}.${s}`,
      signedBy(own.privateKey, { ...header, alg: 'ES256', kid }, claims),
    ]),
  'critical extensions, members that come twice, tokens inside of tokens': async ({ header, h, p, s, claims }, { sign }) => {
    let nested = `${h}.${p}.${s}`
    for (let depth = 0; depth < 5; depth++) nested = await sign({ ...header, cty: 'JWT' }, nested, header)
    const { alg, kid, typ } = header
    return [
      await sign({ ...header, crit: ['exp'], exp: 1 }, claims, header),
      await sign({ ...header, crit: [] }, claims, header),
      `${encode(`{"alg":"none","alg":"${alg}","kid":"${kid}","typ":"${typ}"}`)}.${p}.${s}`,
      nested,
    ]
  },
  'weak keys, another curve, signatures of zeros': ({ header, h, p, claims }, { keys }) => [
    signedBy(weak.privateKey, { ...header, alg: 'RS256' }, claims),
    signedBy(own.privateKey, { ...header, alg: 'ES384' }, claims, 'sha384'),
    ...[64, 96, 256].map((length) => `${h}.${p}.${Buffer.alloc(length).toString('base64url')}`),
    ...keys.map(({ alg, kid }) => `${encode({ ...header, alg, kid })}.${p}.${Buffer.alloc(64).toString('base64url')}`),
  ],
  'encrypted tokens that cost a lot to open': ({ header }) =>
    [
      { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9, p2s: 'AAAA' },
      { alg: 'dir', enc: 'A128GCM', zip: 'DEF' },
    ].map((costly) => `${encode({ ...header, ...costly })}.AAAA.AAAA.${'A'.repeat(1000)}.AAAA`),
  'times that are none, or not yet come': ({ header, claims }, { sign, later }) =>
    Promise.all(
      [`"${later}"`, '-1', '1e400', String(2n ** 63n), 'null', `[${later}]`, `${later}.5`, `${later},"nbf":${later - 1}`].map((exp) =>
        sign(header, claims.replace(/"exp":\d+/, `"exp":${exp}`), header),
      ),
    ),
}
