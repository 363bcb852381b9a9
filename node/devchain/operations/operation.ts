import type { RequiredAuthorities } from '../hive/authority.ts'
import type { ByteWriter } from '../hive/byte-writer.ts'
import type { FieldMap, Form } from '../hive/field.ts'
import { parseField, structField } from '../hive/field.ts'
import type { Ledger } from '../state/ledger.ts'

/** What every operation of a block has in common, whether somebody signed it or the chain made it. */
export interface RecordedOperation {
  readonly name: string
  /** Its number in hived's list of operations. */
  readonly id: number
  readonly isVirtual: boolean
  /** Accounts in whose history it stands, in hived's order. */
  readonly impacted: readonly string[]
  printBody(form: Form): unknown
}

/** What an operation may see and change. `now` is the time of the head block: the previous one, while a block is made. */
export type Evaluation = {
  readonly ledger: Ledger
  readonly now: number
  /** Records a consequence. It takes the next place in the transaction. */
  readonly emit: (operation: RecordedOperation) => void
}

/** An operation that somebody signed. It knows its own rules. */
export interface SignedOperation extends RecordedOperation {
  readonly required: RequiredAuthorities
  pack(writer: ByteWriter, form: Form): void
  /** The rules that need no chain. Throws a HiveError. */
  validate(): void
  /** The rules that need one, and the change itself. Throws a HiveError, perhaps half way: apply to a copy. */
  apply(evaluation: Evaluation): void
}

/** One kind of operation, as the table of kinds holds it. */
export interface OperationKind {
  readonly name: string
  parse(body: unknown): SignedOperation
}

type Rules<T extends object> = {
  readonly name: string
  readonly id: number
  readonly fields: FieldMap<T>
  readonly required: (operation: T) => Partial<RequiredAuthorities>
  readonly impacted: (operation: T) => readonly string[]
  readonly validate: (operation: T) => void
  readonly apply: (operation: T, evaluation: Evaluation) => void
}

export function defineOperation<T extends object>(rules: Rules<T>): OperationKind {
  const { name, id } = rules
  const body = structField(rules.fields)
  return {
    name,
    parse: (json) => {
      const value = parseField(body.schema, json)
      return {
        name,
        id,
        isVirtual: false,
        impacted: rules.impacted(value),
        required: { owner: [], active: [], posting: [], ...rules.required(value) },
        printBody: (form) => body.print(value, form),
        pack: (writer, form) => {
          writer.varint(id)
          body.pack(writer, value, form)
        },
        validate: () => rules.validate(value),
        apply: (evaluation) => rules.apply(value, evaluation),
      }
    },
  }
}

/** One kind of virtual operation: a consequence that the chain records, never part of a transaction. */
export interface VirtualKind<T> {
  readonly name: string
  record(value: T): RecordedOperation
  parse(body: unknown): RecordedOperation
}

export function defineVirtual<T extends object>(rules: {
  readonly name: string
  readonly id: number
  readonly fields: FieldMap<T>
  readonly impacted: (operation: T) => readonly string[]
}): VirtualKind<T> {
  const { name, id } = rules
  const body = structField(rules.fields)
  const record = (value: T): RecordedOperation => ({
    name,
    id,
    isVirtual: true,
    impacted: rules.impacted(value),
    printBody: (form) => body.print(value, form),
  })
  return { name, record, parse: (json) => record(parseField(body.schema, json)) }
}
