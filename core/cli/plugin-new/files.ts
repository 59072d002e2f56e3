import { fileURLToPath } from 'node:url'
import { authenticatorTemplate } from './authenticator.ts'
import type { Names } from './names.ts'
import { policyTemplate } from './policy.ts'
import { protocolTemplate } from './protocol.ts'
import { sinkTemplate } from './sink.ts'
import { stageTemplate } from './stage.ts'

const templates = {
  stage: stageTemplate,
  authenticator: authenticatorTemplate,
  policy: policyTemplate,
  protocol: protocolTemplate,
  sink: sinkTemplate,
}
export type Family = keyof typeof templates

const installation = fileURLToPath(new URL('../../../', import.meta.url))

/** For editors: where the types are. Nothing is compiled by it. */
const tsconfig = () =>
  `${JSON.stringify(
    {
      compilerOptions: {
        target: 'esnext',
        module: 'esnext',
        moduleResolution: 'bundler',
        resolveJsonModule: true,
        strict: true,
        noEmit: true,
        erasableSyntaxOnly: true,
        verbatimModuleSyntax: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        types: ['node'],
        typeRoots: [`${installation}node_modules/@types`],
        paths: {
          'sluice/plugin': [`${installation}core/api/index.ts`],
          'sluice/kit': [`${installation}test/kit/index.ts`],
          typebox: [`${installation}node_modules/typebox`],
        },
      },
      include: ['*.ts'],
    },
    undefined,
    2,
  )}\n`

const readme = ({ id, title }: Names, use: string) => `# ${title}

A plugin for Sluice. \`plugin.ts\` is all of it; \`${id}.test.ts\` says what it promises.

Test it, in the directory of Sluice: \`npx sluice plugin test <this directory>\`

Install it: name this directory in \`SLUICE_PLUGINS\`, and start the server. \`npx sluice doctor\` says whether it is in use.

${use}`

/** The files of a new plugin, by name. */
export const filesOf = (names: Names, family: Family): Readonly<Record<string, string>> => {
  const { plugin, test, use } = templates[family]
  return {
    'plugin.ts': plugin(names),
    [`${names.id}.test.ts`]: test(names),
    'README.md': readme(names, use(names)),
    'tsconfig.json': tsconfig(),
  }
}
