import type { Database } from '../data/database.ts'
import type { Catalog } from './catalog.ts'
import { changesBetween } from './changes.ts'
import { heldOf, type Held, type Row, seenById } from './held.ts'
import type { ObjectChange, Plane } from './plane-types.ts'
import { readObjectsAt, readRevision, readRevisions } from './revisions.ts'
import type { Vault } from './vault.ts'

/** Reads what was. Secrets in it are fingerprints, as everywhere. */
export const createHistory = ({
  database,
  catalog,
  vault,
}: {
  readonly database: Database
  readonly catalog: Catalog
  readonly vault: Vault
}): Pick<Plane, 'diff'> & { readonly list: Plane['history']; objectsAt(number: number): Promise<readonly Held[]> } => {
  const seen = (rows: Iterable<Row>) =>
    seenById(
      [...rows].map((row) => heldOf(row, vault, catalog)),
      vault,
    )

  const changesOf = async (number: number): Promise<readonly ObjectChange[]> => {
    const rows = await readRevision(database, number)
    return changesBetween(seen(rows.flatMap(({ before }) => before ?? [])), seen(rows.flatMap(({ after }) => after ?? [])))
  }

  return {
    list: async (query) =>
      Promise.all(
        (await readRevisions(database, query)).map(async (revision) => ({ ...revision, changes: await changesOf(revision.number) })),
      ),

    objectsAt: async (number) => [...(await readObjectsAt(database, number)).values()].map((row) => heldOf(row, vault, catalog)),

    async diff(from, to) {
      const [before, after] = await Promise.all([readObjectsAt(database, from), readObjectsAt(database, to)])
      // What is the same row in both has not changed, and is not opened.
      const isOther = (row: Row, other: Row | undefined) => other?.revision !== row.revision
      return changesBetween(
        seen([...before.values()].filter((row) => isOther(row, after.get(row.id)))),
        seen([...after.values()].filter((row) => isOther(row, before.get(row.id)))),
      )
    },
  }
}
