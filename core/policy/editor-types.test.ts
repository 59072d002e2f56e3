import assert from 'node:assert/strict'
import test from 'node:test'
import ts from 'typescript'
import { policyTypes } from './editor-types.ts'

/** What an editor says about an expression. */
const complaints = (expression: string): readonly string[] => {
  const files: Readonly<Record<string, string>> = {
    'policy.d.ts': policyTypes(),
    'expression.ts': `async function policy(): Promise<boolean> { return ${expression} }\npolicy`,
  }
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts'],
    types: [],
    strict: true,
    strictNullChecks: false,
  }
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists, getSourceFile } = host
  host.readFile = (name) => files[name] ?? readFile(name)
  host.fileExists = (name) => name in files || fileExists(name)
  host.getSourceFile = (name, ...rest) =>
    name in files ? ts.createSourceFile(name, files[name] ?? '', ts.ScriptTarget.ES2024) : getSourceFile(name, ...rest)
  const program = ts.createProgram(Object.keys(files), options, host)
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}

test('an editor takes what the sandbox takes', () => {
  const all = [
    'user.isInGroup("finance") && request.ip.in("10.0.0.0/8", "::1")',
    'proofs.some(({ method, at }) => method === "pwd" && now.getTime() - at.getTime() < 1000)',
    'facts.login.identifier === user.attributes.alias.name',
    'ipInCidr(request.ip, "10.0.0.0/8") || slugify(application.name) === flow?.slug',
    'device.known && session.at < now && geo === null && methods.includes("totp")',
  ]
  assert.deepEqual(complaints(all.map((one) => `(${one})`).join(' && ')), [])
})

test('and finds what is wrong', () => {
  assert.match(complaints('user.group.includes("a")').join(), /Property 'group' does not exist on type 'User'. Did you mean 'groups'/)
  assert.match(complaints('user.groups.push("a") > 0').join(), /'push' does not exist on type 'readonly string\[\]'/)
  assert.match(complaints('user.username').join(), /'string' is not assignable to type 'boolean'/)
  assert.match(complaints('fetch("x")').join(), /'fetch'/)
})
