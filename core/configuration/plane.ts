import { createCommits, type Outcome } from './commit.ts'
import { exportOf } from './export.ts'
import { type Held, heldOf, keyOf } from './held.ts'
import { createHistory } from './history.ts'
import { type KindName, kindNames, isSeed } from './kinds.ts'
import { compileHeld, type PlaneParts, shippedObjects, type State, type Watching } from './plane-state.ts'
import type { Committed, NotCommitted, Plan, Plane, RevisionedKind, StoredObject } from './plane-types.ts'
import { pointerOf } from './places.ts'
import { problemText } from './problem.ts'
import { referencesOf } from './references.ts'
import { readHead, readObjects } from './revisions.ts'
import { createVault } from './vault.ts'

const topic = 'configuration'

/**
 * The configuration of a database: loads it, whatever is wrong with an object in it, and commits what is right in all of it.
 * `close` ends looking for what others commit.
 */
export const createPlane = async (parts: PlaneParts & Watching): Promise<Plane & { close(): void }> => {
  const { database, catalog, log, signals, poll = 1000 } = parts
  const vault = createVault(parts.seal, catalog)
  const shipped = shippedObjects(parts.shipped)

  /** The head as the database has it. What has not changed is taken from what is known. */
  const load = async (known: ReadonlyMap<string, Held>): Promise<State> => {
    const { head, rows } = await readObjects(database)
    const byId = new Map([...known.values()].map((held) => [held.id, held]))
    const held = new Map<string, Held>()
    for (const row of rows) {
      const same = byId.get(row.id)
      const isSame = same?.revision === row.revision && same.slug === row.slug
      held.set(`${row.kind}/${row.slug}`, same && isSame ? same : heldOf(row, vault, catalog))
    }
    return { head, held, ...compileHeld(held, shipped, parts) }
  }
  const tell = ({ out, problems }: State): void => {
    for (const problem of out.values()) log.error({ object: problem.path?.join('.') }, `configuration: out of use: ${problemText(problem)}`)
    for (const problem of problems) if (!problem.path) log.error({}, `configuration: ${problemText(problem)}`)
  }

  let state = await load(new Map())
  tell(state)
  /** A newer version has written what this one cannot read: the last good configuration stays, and nothing is committed. */
  let isBehind = [...state.held.values()].some(({ newer }) => newer)

  const take = (next: State): void => {
    state = next
    isBehind = [...next.held.values()].some(({ newer }) => newer)
  }
  const refresh = async (): Promise<void> => {
    if ((await readHead(database.sql)) === state.head) return
    const next = await load(state.held)
    if (next.head <= state.head) return
    const newer = [...next.held.values()].filter((held) => held.newer)
    if (newer.length > 0) {
      if (!isBehind) {
        const what = newer.flatMap(({ problems }) => problems.map(problemText)).join('; ')
        log.error({ head: next.head }, `configuration: stays at revision ${state.head}, since a newer version has written ${what}`)
      }
      isBehind = true
      return
    }
    take(next)
    tell(next)
  }

  const committed = (next: State): void => {
    take(next)
    signals?.publish(topic, String(next.head))
  }
  const commits = createCommits({ ...parts, vault, shipped, state: () => state, isBehind: () => isBehind, take: committed, refresh })
  const history = createHistory({ database, catalog, vault })

  const settle = async <T extends Plan>(outcome: Promise<Outcome<T>>): Promise<T | NotCommitted> => {
    const result = await outcome
    if (!('lost' in result)) return result
    await refresh()
    const changes = await history.diff(result.lost.since, state.head)
    const { objects } = result.lost
    const theirs = objects
      ? changes.filter(({ kind, slug, to }) => objects.has(keyOf(kind, slug)) || (to !== undefined && objects.has(keyOf(kind, to))))
      : changes
    return { conflict: { head: state.head, changes: theirs } }
  }

  const problemsOf = (kind: KindName, slug: string) => {
    const problem = state.out.get(keyOf(kind, slug))
    return problem ? [problem] : []
  }
  const stored = ({ id, kind, slug, masked, revision, owner }: Held): StoredObject => ({
    id,
    kind,
    slug,
    spec: masked,
    revision,
    owner,
    layer: 'stored',
    problems: problemsOf(kind, slug),
  })
  const shippedOf = (kind: RevisionedKind): readonly StoredObject[] =>
    [...shipped(kind).values()]
      .filter(({ slug }) => !state.held.has(keyOf(kind, slug)))
      .map(({ slug, written }) => ({
        kind,
        slug,
        id: undefined,
        spec: written,
        revision: 0,
        owner: 'shipped',
        layer: 'shipped' as const,
        problems: problemsOf(kind, slug),
      }))
  const objects = (kind: RevisionedKind): readonly StoredObject[] =>
    [...shippedOf(kind), ...[...state.held.values()].filter((held) => held.kind === kind).map(stored)].toSorted((a, b) =>
      a.slug < b.slug ? -1 : 1,
    )

  const look = (): void => {
    refresh().catch((error: unknown) => log.error({ err: error }, 'configuration: could not be refreshed'))
  }
  const polling = setInterval(look, poll).unref()
  const unsubscribe = signals?.subscribe(topic, (head) => {
    if (Number(head) > state.head) look()
  })

  return {
    snapshot: () => state.snapshot,
    head: () => state.head,
    plan: (change) => settle(commits.plan(change)),
    tried: (change) => settle(commits.tried(change)),
    commit: (change) => settle(commits.commit(change)),
    objects: async (kind) => objects(kind),
    object: async (kind, slug) => objects(kind).find((object) => object.slug === slug),
    shipped: (kind, slug) => shipped(kind).get(slug)?.written,
    usedBy(kind, slug) {
      const items = [
        ...[...state.held.values()].flatMap(({ item }) => item ?? []),
        ...kindNames
          .filter((name) => !isSeed(name))
          .flatMap((name) => [...shipped(name).values()].filter((item) => !state.held.has(keyOf(name, item.slug)))),
      ]
      return items.flatMap((item) =>
        referencesOf(item, catalog)
          .filter((reference) => reference.to === kind && reference.slug === slug)
          .map(({ path }) => ({ kind: item.kind, slug: item.slug, pointer: pointerOf(path) })),
      )
    },
    history: history.list,
    diff: history.diff,
    rollback: (to, by) => settle<Committed>(commits.rollback(to, by)),
    exported: async ({ directory = false, shipped: withShipped = false, revision } = {}) =>
      exportOf({
        database,
        objects: [
          ...(withShipped ? kindNames.flatMap((kind) => (isSeed(kind) ? [] : shippedOf(kind))) : []),
          ...(revision === undefined ? [...state.held.values()] : await history.objectsAt(revision)).map(stored),
        ],
        directory,
      }),
    refresh,
    broken: () => commits.broken(),
    close() {
      clearInterval(polling)
      unsubscribe?.()
    },
  }
}
