import { methodsOf } from '../access/browsers.ts'
import { deviceOf } from '../interfaces/kit/device.ts'
import type { Fetch, Fetched } from './directory.ts'
import type { Situation } from './types.ts'

type Given = { readonly situation: Situation; readonly fetched: Fetched }

/** One property of a name. `of` makes what the sandbox is sent, as JSON; the prelude adds methods and turns times into `Date`s. */
export type Field = {
  /** As TypeScript says it. */
  readonly type: string
  readonly description: string
  /** What the directory must be asked for it, beside the user. */
  readonly fetch?: Fetch
  /** Another property that the prelude makes this one of. */
  readonly from?: string
  readonly of?: (given: Given) => unknown
}

/** One name of the scope: a value, or an object with these fields, `null` where `isThere` says so. */
export type Entry = {
  readonly type: string
  readonly description: string
  readonly fields?: Readonly<Record<string, Field>>
  readonly fetch?: Fetch
  readonly isThere?: (given: Given) => boolean
  readonly of?: (given: Given) => unknown
}

const isInGroup: Field = {
  type: '(...slugs: string[]) => boolean',
  description: 'Is the user in one of these groups, or in a group inside of it?',
  fetch: 'groups',
  from: 'groups',
}

const user: Readonly<Record<string, Field>> = {
  id: { type: 'string', description: 'Never changes.', of: ({ fetched }) => fetched.user?.id },
  username: { type: 'string', description: 'What the user is called by the system.', of: ({ fetched }) => fetched.user?.username },
  name: { type: 'string', description: 'Full name, may be empty.', of: ({ fetched }) => fetched.user?.name },
  email: { type: 'string | null', description: 'E-mail address.', of: ({ fetched }) => fetched.user?.email ?? null },
  emailVerified: {
    type: 'boolean',
    description: 'Has the user shown that the address is theirs?',
    of: ({ fetched }) => fetched.user?.emailVerified,
  },
  enabled: { type: 'boolean', description: 'A user who is not may not sign in.', of: ({ fetched }) => fetched.user?.enabled },
  attributes: {
    type: 'Readonly<Record<string, any>>',
    description: 'Anything else that is kept of the user.',
    of: ({ fetched }) => fetched.user?.attributes,
  },
  groups: {
    type: 'readonly string[]',
    description: 'Slugs of groups, with those of parent groups.',
    fetch: 'groups',
    of: ({ fetched }) => fetched.groups,
  },
  roles: {
    type: 'readonly string[]',
    description: 'Slugs of roles, also those that come by a group.',
    fetch: 'roles',
    of: ({ fetched }) => fetched.roles,
  },
  isInGroup,
  is_in_group: { ...isInGroup, description: 'The same as `isInGroup`.' },
}

/** Every name that an expression may use. What it is sent, its types for editors and its documentation all come from here. */
export const scope = {
  user: {
    type: 'User | null',
    description: 'Who it is about, as the directory knows them now. `null` while nobody is known.',
    fetch: 'user',
    isThere: ({ fetched }) => fetched.user !== undefined,
    fields: user,
  },
  request: {
    type: 'Request',
    description: 'The request that is being answered.',
    fields: {
      id: { type: 'string', description: 'As in the log.', of: ({ situation }) => situation.request.id },
      ip: {
        type: 'string',
        description: "The client's address, as far as trusted proxies tell. Ask for networks by `request.ip.in('10.0.0.0/8', …)`.",
        of: ({ situation }) => situation.request.ip,
      },
      userAgent: { type: 'string', description: 'What the browser calls itself.', of: ({ situation }) => situation.request.userAgent },
      locale: { type: 'string', description: 'Language tag, e.g. `de`.', of: ({ situation }) => situation.request.locale },
      origin: {
        type: 'string',
        description: 'Where we were reached, e.g. `https://id.example.com`.',
        of: ({ situation }) => situation.request.origin,
      },
    },
  },
  flow: {
    type: 'Flow | null',
    description: 'The flow that is being run or entered, if one is.',
    isThere: ({ situation }) => situation.flow !== undefined,
    fields: {
      slug: { type: 'string', description: 'Its name in the configuration.', of: ({ situation }) => situation.flow?.slug },
      title: { type: 'string', description: 'What stands above its pages.', of: ({ situation }) => situation.flow?.title },
      designation: {
        type: 'string',
        description: 'What it is for, e.g. `authentication`.',
        of: ({ situation }) => situation.flow?.designation,
      },
    },
  },
  facts: {
    type: 'Readonly<Record<string, any>>',
    description: 'What the run has established, by the name of the fact, e.g. `facts.login.identifier`. What is not known is `undefined`.',
    of: ({ situation }) => situation.facts,
  },
  methods: {
    type: 'readonly string[]',
    description: 'What was proved, e.g. `pwd`, each once, in the order of proof.',
    of: ({ situation }) => methodsOf(situation.proofs),
  },
  proofs: {
    type: 'readonly Proof[]',
    description: 'What was proved, and when.',
    of: ({ situation }) => situation.proofs.map(({ method, at }) => ({ method, at })),
  },
  application: {
    type: 'Application | null',
    description: 'The application that is being opened, if one is.',
    isThere: ({ situation }) => situation.application !== undefined,
    fields: {
      slug: { type: 'string', description: 'Its name in the configuration.', of: ({ situation }) => situation.application?.slug },
      name: { type: 'string', description: 'As people see it.', of: ({ situation }) => situation.application?.name },
    },
  },
  session: {
    type: 'Session | null',
    description: 'The session at this browser, if one is open.',
    isThere: ({ situation }) => situation.session !== undefined,
    fields: {
      id: { type: 'string', description: 'The same for as long as the session lasts.', of: ({ situation }) => situation.session?.id },
      at: { type: 'Date', description: 'When the user last proved who they are.', of: ({ situation }) => situation.session?.at },
    },
  },
  device: {
    type: 'Device',
    description: 'The browser that asks.',
    fields: {
      known: {
        type: 'boolean',
        description: 'Has this user signed in at this browser before?',
        of: ({ situation }) => situation.knownBrowser,
      },
      trusted: {
        type: 'boolean',
        description: 'Does this user trust this browser now, as `settings.mfa.trust` lets them?',
        of: ({ situation }) => situation.trustedBrowser,
      },
      platform: {
        type: "'Windows' | 'macOS' | 'Linux' | 'ChromeOS' | 'Android' | 'iPhone' | 'iPad' | null",
        description: 'What the browser says that it runs on. Anybody can say anything: it is a hint and no proof.',
        of: ({ situation }) => deviceOf(situation.request.userAgent).system ?? null,
      },
      certificate: {
        type: '{ readonly subject: string; readonly commonName: string | null; readonly names: readonly string[]; readonly issuer: string; readonly serialNumber: string; readonly fingerprint: string } | null',
        description: "The device's client certificate, as a trusted proxy passes it on, signed by an authority of `settings.device`.",
        of: ({ situation }) => situation.request.device?.certificate ?? null,
      },
      posture: {
        type: 'Readonly<Record<string, string>>',
        description:
          'What else a trusted proxy tells of the device, by the names of `settings.device`. What it does not tell is `undefined`.',
        of: ({ situation }) => situation.request.device?.posture ?? {},
      },
    },
  },
  geo: {
    type: 'null',
    description: 'Where the request comes from. Always `null` in this version: nothing that looks addresses up is built yet.',
    of: () => null,
  },
  now: {
    type: 'Date',
    description: 'The time of the request. It stands still while the expression runs.',
    of: ({ situation }) => situation.request.at.getTime(),
  },
} as const satisfies Readonly<Record<string, Entry>>

export type ScopeName = keyof typeof scope
export const scopeNames = Object.keys(scope) as readonly ScopeName[]
export const entryOf = (name: string): Entry | undefined =>
  Object.hasOwn(scope, name) ? (scope as Readonly<Record<string, Entry>>)[name] : undefined

/** Functions that the prelude adds to the scope. */
export const helpers = {
  ipInCidr: {
    type: '(address: string, ...networks: string[]) => boolean',
    description: 'Is the address in one of the networks? The same as `address.in(…)`.',
  },
  slugify: { type: '(text: string) => string', description: 'Small letters, digits and -: `Ops & Sales` becomes `ops-sales`.' },
} as const satisfies Readonly<Record<string, Pick<Field, 'type' | 'description'>>>

/** All names that a source may use. */
export const names: readonly string[] = [...scopeNames, ...Object.keys(helpers)]
