import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Command, Failure } from './command.ts'

/** A comment of lines that fit a screen. */
const comment = (text: string): string => {
  const lines = ['#']
  for (const word of text.split(' ')) {
    if (`${lines.at(-1)} ${word}`.length > 100) lines.push('#')
    lines.push(`${lines.pop()} ${word}`)
  }
  return lines.join('\n')
}

const template = async (): Promise<string> => {
  const { optionNames, table, variableOf } = await import('../options/table.ts')
  const options = optionNames.map((name) => {
    const { description, type, default: standard, fallback, secret = false } = table[name] as (typeof table)['secret_key']
    const example =
      fallback && !fallback.includes(',')
        ? fallback
        : fallback
          ? `[${fallback
              .split(',')
              .map((part) => `'${part}'`)
              .join(', ')}]`
          : ''
    const more = secret ? ` A file that holds it: ${name}_file.` : ''
    return `${comment(`${description}${more}`)}\n${comment(`${type}; default: ${standard}; environment: ${variableOf(name)}`)}\n#${name}:${example && ` ${example}`}\n`
  })
  return `${comment('Sluice. Every option can be set here or in the environment, which comes first. Relative paths start at this file.')}

${options.join('\n')}
${comment('Configuration that is applied at the start: flows, providers, applications, users, groups.')}
#configuration:
#  providers:
#    wiki:
#      type: oidc
#      with:
#        clientSecret: { $env: WIKI_CLIENT_SECRET }
#        redirectUris: [https://wiki.example.com/oidc/callback]
#  applications:
#    wiki: { name: Wiki, provider: wiki, launchUrl: https://wiki.example.com }
`
}

export const configInit: Command = {
  name: 'config init',
  summary: 'Write a file with every option, explained',
  details: ['The server reads the file that SLUICE_CONFIG names, else sluice.yml in its working directory, else /etc/sluice/config.yml.'],
  parameters: [{ name: 'PATH', description: 'The file to write (default: sluice.yml).' }],
  flags: { force: { type: 'boolean', description: 'Replace the file if it is there.' } },
  async run({ parameters, flags, terminal, cwd }) {
    const shown = parameters[0] ?? 'sluice.yml'
    const path = resolve(cwd, shown)
    try {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, await template(), { flag: flags['force'] ? 'w' : 'wx' })
    } catch (error) {
      const { code = 'unknown reason' } = error as NodeJS.ErrnoException
      throw new Failure(code === 'EEXIST' ? `${shown} is there already; --force replaces it` : `${shown} cannot be written (${code})`)
    }
    terminal.out(`Written: ${shown}`)
    return 0
  },
}
