import { apply } from './apply.ts'
import { auditVerify } from './audit-verify.ts'
import { findCommand, parse } from './arguments.ts'
import { type Command, Failure } from './command.ts'
import { configInit } from './config-init.ts'
import { configSchema } from './config-schema.ts'
import { createsuperuser } from './createsuperuser.ts'
import { doctor } from './doctor.ts'
import { emailTest } from './email-test.ts'
import { expected } from './expected.ts'
import { exportCommand } from './export.ts'
import { helpFor, overview } from './help.ts'
import { keysList, keysRotate } from './keys.ts'
import { migrate } from './migrate.ts'
import { pluginNew } from './plugin-new.ts'
import { pluginTest } from './plugin-test.ts'
import { recover } from './recover.ts'
import { diff, history, rollback } from './revisions.ts'
import { secretKeyRotate } from './secret-key-rotate.ts'
import { serve } from './serve.ts'
import { sinkTest } from './sink-test.ts'
import { simulate } from './simulate.ts'
import { test } from './test.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import { tokenCreate } from './token-create.ts'
import { userPassword } from './user-password.ts'
import { version } from './version.ts'

const commands: readonly Command[] = [
  serve,
  createsuperuser,
  recover,
  userPassword,
  tokenCreate,
  emailTest,
  sinkTest,
  keysList,
  keysRotate,
  secretKeyRotate,
  simulate,
  test,
  pluginNew,
  pluginTest,
  apply,
  exportCommand,
  history,
  diff,
  rollback,
  configInit,
  migrate,
  configSchema,
  doctor,
  auditVerify,
]

const run = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  const [first] = argv
  if (first === '--version' || first === '-v') {
    terminal.out(version())
    return 0
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const help = overview(commands, version())
    if (first !== undefined) terminal.out(help)
    else terminal.note(help)
    return first === undefined ? 2 : 0
  }
  const { command, rest } = findCommand(commands, argv)
  const { help, ...given } = parse(command, rest)
  if (help) {
    terminal.out(helpFor(command))
    return 0
  }
  return command.run({ ...given, terminal, env: process.env, cwd: process.cwd() })
}

/**
 * The command line. Never throws: what goes wrong is told on the standard error, without a stack where it is the person's to put right.
 * @param argv the arguments behind the program's name
 * @returns the exit code: 0 done, 1 could not, 2 called in a wrong way
 */
export const main = async (argv: readonly string[]): Promise<number> => {
  const terminal = createTerminal(process)
  try {
    return await run(argv, terminal)
  } catch (error) {
    const failure = error instanceof Failure ? error : expected(error)
    if (!failure) {
      terminal.note(`sluice: this should not have happened:\n${error instanceof Error ? error.stack : String(error)}`)
      return 1
    }
    terminal.note(`sluice: ${failure.message}`)
    if (failure.exitCode === 2) terminal.note('"sluice --help" lists the commands, "sluice <command> --help" says more about one.')
    return failure.exitCode
  }
}
