import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { policyTypes } from '../../core/policy/editor-types.ts'
import type { Known, Member } from '../../core/interfaces/kit/editor/completion/known.ts'
import { root } from './sources.ts'

export const expressionTypesFile = join(root, 'core/interfaces/kit/editor/completion/known.json')

/** Names of the language that are of use in expressions, beside those of the scope. */
const ofTheLanguage = ['Math', 'Object', 'Number']
const file = 'policy.d.ts'

/** What an editor knows of expressions: their names and the members of each type. The compiler is asked here, so that browsers need none. */
export const expressionTypes = (): string => {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts'],
    types: [],
    strict: true,
    strictNullChecks: false,
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile } = host
  const source = ts.createSourceFile(file, policyTypes(), ts.ScriptTarget.ES2024)
  host.getSourceFile = (name, ...rest) => (name === file ? source : getSourceFile(name, ...rest))
  const checker = ts.createProgram([file], options, host).getTypeChecker()
  const types: Record<string, Record<string, Member>> = {}

  const nameOf = (type: ts.Type): string => {
    if (type.flags & ts.TypeFlags.StringLike) return 'string'
    if (type.flags & ts.TypeFlags.NumberLike) return 'number'
    if (type.flags & ts.TypeFlags.BooleanLike) return 'boolean'
    if (type.flags & ts.TypeFlags.TypeParameter) return type.symbol.name
    if (checker.isArrayType(type)) return `${nameOf(checker.getTypeArguments(type as ts.TypeReference)[0]!)}[]`
    const name = type.symbol?.name
    if (name === 'Date') return name
    if (type.symbol?.declarations?.some((declaration) => declaration.getSourceFile() === source)) {
      membersOf(name!, type)
      return name!
    }
    return 'any'
  }
  const docOf = (symbol: ts.Symbol): string => ts.displayPartsToString(symbol.getDocumentationComment(checker))
  const memberOf = (symbol: ts.Symbol): Member => {
    const type = checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration ?? source)
    // Of several signatures the one that promises least: `filter` keeps the type of the list.
    const signature =
      type.getCallSignatures().find((one) => !one.declaration?.typeParameters?.some(({ constraint }) => constraint)) ??
      type.getCallSignatures()[0]
    const doc = docOf(symbol)
    const shown = signature
      ? checker.signatureToString(signature, undefined, undefined, ts.SignatureKind.Call)
      : checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation)
    return {
      type: signature ? nameOf(signature.getReturnType()) : nameOf(type),
      shown: shown.length > 90 ? `${shown.slice(0, 89)}…` : shown,
      ...(signature && { call: signature.parameters.length > 0 ? ('with' as const) : ('bare' as const) }),
      ...(doc !== '' && { doc }),
    }
  }
  const isOld = (symbol: ts.Symbol): boolean => symbol.getJsDocTags(checker).some(({ name }) => name === 'deprecated')
  const membersOf = (name: string, type: ts.Type): void => {
    if (types[name]) return
    const members: Record<string, Member> = (types[name] = {})
    for (const symbol of checker.getPropertiesOfType(type))
      // Nothing of the scope changes, and there are no locales in the sandbox.
      if (!/^__|^set|Locale|^fround$/.test(symbol.name) && !isOld(symbol)) members[symbol.name] = memberOf(symbol)
  }
  const find = (name: string, meaning: ts.SymbolFlags): ts.Symbol => {
    const found = checker.resolveName(name, source, meaning, false)
    if (!found) throw new Error(`TypeScript has no ${name}`)
    return found
  }
  const names: Record<string, Member> = {}
  for (const statement of source.statements)
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations)
        if (ts.isIdentifier(name)) names[name.text] = memberOf(find(name.text, ts.SymbolFlags.Value))
  for (const name of ofTheLanguage) {
    const symbol = find(name, ts.SymbolFlags.Value)
    const type = checker.getTypeOfSymbolAtLocation(symbol, source)
    names[name] = { type: name === 'Number' ? 'Numbers' : name, shown: checker.typeToString(type), doc: docOf(symbol) }
    membersOf(names[name].type, type)
  }
  for (const [shown, name] of [
    ['string', 'String'],
    ['number', 'Number'],
    ['list', 'ReadonlyArray'],
    ['Date', 'Date'],
  ] as const)
    membersOf(shown, checker.getDeclaredTypeOfSymbol(find(name, ts.SymbolFlags.Type)))
  return `${JSON.stringify({ names, types } satisfies Known, undefined, 1)}\n`
}

export const isExpressionTypesCurrent = (): boolean => {
  try {
    return readFileSync(expressionTypesFile, 'utf8') === expressionTypes()
  } catch {
    return false
  }
}
