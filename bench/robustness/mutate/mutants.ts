import ts from 'typescript'
import { seededRandom } from '../../../src/random.ts'

/** One small change of a source file that a test should notice. */
export interface Mutant {
  file: string
  line: number
  /** The text from `start` to `end` is replaced. */
  start: number
  end: number
  original: string
  replacement: string
}

const { SyntaxKind } = ts

/** Operators that are replaced, and by what. */
const OPERATORS = new Map<ts.SyntaxKind, string>([
  [SyntaxKind.LessThanToken, '<='],
  [SyntaxKind.LessThanEqualsToken, '<'],
  [SyntaxKind.GreaterThanToken, '>='],
  [SyntaxKind.GreaterThanEqualsToken, '>'],
  [SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [SyntaxKind.AmpersandAmpersandToken, '||'],
  [SyntaxKind.BarBarToken, '&&'],
  [SyntaxKind.PlusToken, '-'],
  [SyntaxKind.MinusToken, '+'],
  [SyntaxKind.AsteriskToken, '/'],
  [SyntaxKind.SlashToken, '*'],
  [SyntaxKind.PlusEqualsToken, '-='],
  [SyntaxKind.MinusEqualsToken, '+='],
  [SyntaxKind.QuestionQuestionEqualsToken, '='],
])

/** Functions that are replaced, and by what. */
const FUNCTIONS = new Map([
  ['Math.min', 'Math.max'],
  ['Math.max', 'Math.min'],
  ['Math.floor', 'Math.ceil'],
  ['Math.ceil', 'Math.floor'],
])

/** All mutants of a source text, in the order of the text. Types, imports and texts for people are not changed. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const mutants: Mutant[] = []
  const add = (node: ts.Node, replacement: string) => {
    const [start, end] = [node.getStart(source), node.getEnd()]
    const line = source.getLineAndCharacterOfPosition(start).line + 1
    mutants.push({ file, line, start, end, original: text.slice(start, end), replacement })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    for (const replacement of replacementsOf(node, source)) add(...replacement)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** Nodes to replace at this node, each with its replacement. */
function replacementsOf(node: ts.Node, source: ts.SourceFile): [ts.Node, string][] {
  if (ts.isBinaryExpression(node)) {
    const operator = OPERATORS.get(node.operatorToken.kind)
    if (operator !== undefined && !isTextConcatenation(node)) return [[node.operatorToken, operator]]
    if (node.operatorToken.kind === SyntaxKind.QuestionQuestionToken) return [[node, node.right.getText(source)]]
    return []
  }
  if (ts.isIfStatement(node)) return [true, false].map((value) => [node.expression, String(value)])
  if (ts.isConditionalExpression(node)) return [true, false].map((value) => [node.condition, String(value)])
  if (ts.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.ExclamationToken)
    return [[node, node.operand.getText(source)]]
  if (node.kind === SyntaxKind.TrueKeyword) return [[node, 'false']]
  if (node.kind === SyntaxKind.FalseKeyword) return [[node, 'true']]
  if (ts.isNumericLiteral(node)) return [[node, node.text === '0' ? '1' : '0']]
  if (ts.isStringLiteral(node) && isWord(node)) return [[node, "''"]]
  if (ts.isExpressionStatement(node) && isCall(node.expression)) return [[node, '{}']]
  const other = ts.isPropertyAccessExpression(node) ? FUNCTIONS.get(node.getText(source)) : undefined
  return other === undefined ? [] : [[node, other]]
}

const isCall = (node: ts.Expression): boolean =>
  ts.isCallExpression(node) || (ts.isVoidExpression(node) && ts.isCallExpression(node.expression))

const isTextConcatenation = ({ operatorToken, left, right }: ts.BinaryExpression): boolean =>
  operatorToken.kind === SyntaxKind.PlusToken && [left, right].some((side) => ts.isStringLiteralLike(side))

/** A name for programs, such as a header. A text with a space is for people, and the name of a property is no value. */
function isWord(node: ts.StringLiteral): boolean {
  if (node.text === '' || node.text.includes(' ')) return false
  const { parent } = node
  return !(ts.isPropertyAssignment(parent) && parent.name === node) && !ts.isPropertyName(parent)
}

/** The text of a file with this mutant. */
export const mutated = (text: string, { start, end, replacement }: Mutant): string =>
  text.slice(0, start) + replacement + text.slice(end)

/** Some of the mutants, chosen by chance. The same seed chooses the same ones. */
export function sampleOf(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = seededRandom(seed)
  const keys = new Map(mutants.map((mutant) => [mutant, random()]))
  return mutants.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0)).slice(0, count)
}
