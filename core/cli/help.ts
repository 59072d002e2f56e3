import type { Command } from './command.ts'

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}

export const overview = (commands: readonly Command[], version: string): string =>
  `Sluice ${version}, a self-hosted identity provider

Usage: sluice <command> [flags]

${columns(commands.map(({ name, summary }) => [name, summary]))}

  "sluice <command> --help" says more about one of them, "sluice --version" prints the version.
  How the server is set up: environment variables, or the file that "sluice config init" writes.
`

export const helpFor = ({ name, summary, details = [], parameters = [], flags }: Command): string => {
  const words = parameters.map(({ name, required, many }) => `${required ? name : `[${name}]`}${many ? '…' : ''}`)
  const rows: (readonly [string, string])[] = [
    ...parameters.map((parameter) => [parameter.name, parameter.description] as const),
    ...Object.entries(flags).map(([flag, { value, description }]) => [value ? `--${flag} ${value}` : `--${flag}`, description] as const),
    ['-h, --help', 'Print this help.'],
  ]
  const usage = ['sluice', name, ...words, ...(Object.keys(flags).length > 0 ? ['[flags]'] : [])].join(' ')
  return [`${summary}.`, `Usage: ${usage}`, ...details, columns(rows)].join('\n\n') + '\n'
}
