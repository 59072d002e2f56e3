import type { InferKyselyDB } from '@mikro-orm/sqlite'
import type { ColumnType, Transaction } from 'kysely'
import type { entities } from './entities/index.ts'

/** Written as a boolean; read as one by truth only, since SQLite answers 0 or 1. */
export type Flag = ColumnType<boolean | number, boolean, boolean>
/** JSON text in queries: the writer stringifies, the reader parses. (The ORM does both by itself.) */
export type JsonText = ColumnType<string, string, string>

type Scalar<V> = [V] extends [boolean] ? Flag : [V] extends [string | number | Uint8Array] ? V : JsonText
type Column<V> = [V] extends [ColumnType<any, any, any>] ? V : null extends V ? Scalar<NonNullable<V>> | null : Scalar<V>
type Inferred = InferKyselyDB<(typeof entities)[number]>

/** The tables as Kysely sees them, inferred from the entities: columns in snake_case, values as both databases hand them over. */
export type Tables = { [T in keyof Inferred]: { [C in keyof Inferred[T]]: Column<Inferred[T][C]> } }

/** An open transaction: everything written through it is kept, or nothing. */
export type Tx = Transaction<Tables>
