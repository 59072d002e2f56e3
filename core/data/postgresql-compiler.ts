import { type BinaryOperationNode, OperatorNode, PostgresQueryCompiler, PrimitiveValueListNode, ValueListNode } from 'kysely'

const answers = new Map([
  ['in', 'false'],
  ['not in', 'true'],
])

/** Writes `in` of an empty list as its answer: PostgreSQL has no empty lists, as SQLite has. */
export class PostgresqlCompiler extends PostgresQueryCompiler {
  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const { operator, rightOperand: list } = node
    const isList = PrimitiveValueListNode.is(list) || ValueListNode.is(list)
    const answer = isList && list.values.length === 0 && OperatorNode.is(operator) ? answers.get(operator.operator) : undefined
    if (answer === undefined) super.visitBinaryOperation(node)
    else this.append(answer)
  }
}
