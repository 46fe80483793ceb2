import { resolve } from 'node:path'
import ts from 'typescript'

const FORMAT: ts.NodeBuilderFlags =
  ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.InTypeAlias | ts.NodeBuilderFlags.MultilineObjectLiterals

/**
 * The declaration of a module whose types are derived from schemas, with each type written out. It imports no package, and
 * leaves out the constants whose types need one.
 */
export function plainDeclaration(program: ts.Program, path: string): string {
  const source = program.getSourceFile(resolve(path))
  if (!source) throw new Error(`${path} is not part of the program`)
  const checker = program.getTypeChecker()
  const printer = ts.createPrinter()
  const print = (node: ts.Node) => printer.printNode(ts.EmitHint.Unspecified, node, source)

  const written = (type: ts.Type, at: ts.Node): string => {
    const node = checker.typeToTypeNode(type, at, FORMAT)
    if (!node) throw new Error(`a type of ${path} cannot be written: ${at.getText()}`)
    return print(node)
  }
  const declarationOf = (statement: ts.Statement): string[] => {
    if (ts.isInterfaceDeclaration(statement) || isOfOurs(statement)) return [print(statement)]
    if (ts.isTypeAliasDeclaration(statement)) {
      return [`export type ${statement.name.text} = ${written(checker.getTypeAtLocation(statement.name), statement)};`]
    }
    if (!ts.isVariableStatement(statement)) return []
    return statement.declarationList.declarations
      .map((variable) => ({
        name: variable.name.getText(),
        type: written(checker.getTypeAtLocation(variable.name), variable),
      }))
      .filter(({ type }) => !/\bType\./.test(type))
      .map(({ name, type }) => `export declare const ${name}: ${type};`)
  }
  return source.statements
    .flatMap((statement) => declarationOf(statement).map((text) => `${commentOf(statement)}${text}\n`))
    .join('')
}

/** An import or an export of another file of this project. */
const isOfOurs = (statement: ts.Statement): boolean =>
  (ts.isExportDeclaration(statement) || ts.isImportDeclaration(statement)) &&
  statement.moduleSpecifier !== undefined &&
  ts.isStringLiteral(statement.moduleSpecifier) &&
  statement.moduleSpecifier.text.startsWith('.')

/** The last JSDoc comment of a statement. Interfaces, imports and exports are printed with their comments already. */
function commentOf(statement: ts.Statement): string {
  if (ts.isInterfaceDeclaration(statement) || isOfOurs(statement)) return ''
  const comment = ts.getJSDocCommentsAndTags(statement).at(-1)
  return comment ? `${comment.getText()}\n` : ''
}
