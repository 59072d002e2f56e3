import { type Static, Type } from 'sluice/plugin'

const kinds = (description: string) =>
  Type.Array(
    Type.String({
      title: 'Authenticator',
      description: 'Its name in the configuration.',
      minLength: 1,
      maxLength: 100,
      'x-ref': 'authenticators',
    }),
    {
      title: 'Authenticators',
      description,
      uniqueItems: true,
      maxItems: 50,
      default: [],
    },
  )

export const verifying = Type.Object({
  require: Type.Enum(['setting', 'always', 'enrolled'], {
    title: 'Required',
    description:
      'Of everybody (`always`), of whoever has set one up (`enrolled`), or as the settings say for all users, and of whoever has set one up (`setting`).',
    default: 'setting',
  }),
  authenticators: kinds('Those that are accepted here. Without any: all that are enabled.'),
  enrol: Type.Boolean({
    title: 'Set up here',
    description: 'Whoever needs a second factor and has none sets one up here. Otherwise they are refused.',
    default: true,
  }),
  trust: Type.Boolean({
    title: 'Trusted browsers',
    description: 'Nobody is asked at a browser that they trust, for as long as the settings allow that.',
    default: true,
  }),
})
export type Verifying = Static<typeof verifying>

export const settingUp = Type.Object({
  authenticators: kinds('Those that can be set up here. Without any: all that are enabled.'),
  ask: Type.Enum(['always', 'missing', 'enrolled'], {
    title: 'Ask',
    description:
      'Always, only whoever has none of these yet (`missing`), or only who of them has set up another one in this run (`enrolled`).',
    default: 'always',
  }),
})
export type SettingUp = Static<typeof settingUp>
