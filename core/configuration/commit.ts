import type { Tx } from '../data/tables.ts'
import { isUniqueViolation } from '../data/errors.ts'
import { hashSeeds, type Hashes, sow } from '../identity/seeds.ts'
import { usernameKey } from '../identity/names.ts'
import { type Candidate, candidateOf, type HeldObjects } from './candidate.ts'
import { changesBetween } from './changes.ts'
import { brokenReferences, missingReferences } from './directory-references.ts'
import type { Item } from './document.ts'
import { type Held, heldOf, keyOf, newHeld, seenById } from './held.ts'
import type { KindName } from './kinds.ts'
import { compileHeld, type PlaneParts, type State } from './plane-state.ts'
import type { Actor, Change, Committed, ObjectChange, Plan, Plane } from './plane-types.ts'
import { inOrder, type Problem, problemText } from './problem.ts'
import { forgetGranted, hasRevision, readHead, readObjectsAt, rewriteSlugs, writeRevision } from './revisions.ts'
import { seedsIn } from './snapshot.ts'
import type { Items, Seeds, Snapshot } from './types.ts'
import type { Vault } from './vault.ts'

/** Somebody else has committed since the head that was worked on; `objects`: only of these it matters. */
type Lost = { readonly lost: { readonly since: number; readonly objects?: ReadonlySet<string> } }
export type Outcome<T> = T | { readonly problems: readonly Problem[] } | Lost

type Parts = Omit<PlaneParts, 'shipped'> & {
  readonly vault: Vault
  readonly shipped: (kind: KindName) => Items
  readonly state: () => State
  readonly isBehind: () => boolean
  readonly take: (next: State) => void
  readonly refresh: () => Promise<void>
}

/** What is to be written: checked, linked and compiled. */
type Ready = {
  readonly base: State
  readonly next: State
  readonly changes: readonly ObjectChange[]
  readonly warnings: readonly Problem[]
  readonly seeds: Seeds
  readonly placed: Candidate['placed']
  readonly actor: Actor
  readonly message: string
}

class Undo extends Error {}
class HeadMoved extends Error {}

/** How often a change that is about single objects is tried against a head that moves. */
const tries = 10

/** Is it about one of these objects? */
const isOf = (objects: readonly Held[], { path: [kind, slug] = [] }: Problem): boolean =>
  objects.some((held) => held.kind === kind && held.slug === slug)

const problemIn = (problems: readonly Problem[], placed: Candidate['placed']) => ({ problems: inOrder(problems.map(placed)) })

const itemsOf = (objects: Iterable<Held>): readonly Item[] => [...objects].flatMap(({ item }) => item ?? [])

/** Objects that differ: of two of the same content the one that is stored stays. */
const difference = (before: HeldObjects, after: HeldObjects) => {
  const ids = new Map([...after.values()].map((held) => [held.id, held]))
  const known = new Set(before.values())
  const knownIds = new Set([...before.values()].map(({ id }) => id))
  const put = [...after.values()].filter((held) => !known.has(held))
  return {
    put,
    made: put.filter(({ id }) => !knownIds.has(id)),
    deleted: [...before.values()].filter(({ id }) => !ids.has(id)),
  }
}

export const createCommits = (parts: Parts) => {
  const { database, catalog, vault, shipped, clock } = parts

  /**
   * What stands in the way of new objects. What is wrong with an object that the change does not touch, and was before, is not the change's
   * to put right.
   */
  const standing = (base: State, next: State): readonly Problem[] => {
    const known = new Set(base.problems.map(problemText))
    const isTouched = ({ path: [kind, slug] = [] }: Problem): boolean => {
      if (kind === undefined || slug === undefined) return true
      const key = `${kind}/${slug}`
      return base.held.get(key) !== next.held.get(key) || !base.out.has(key)
    }
    const found = next.problems.filter((problem) => isTouched(problem) && !(problem.path === undefined && known.has(problemText(problem))))
    if (found.length > 0) return found
    return [...next.out]
      .filter(([key, problem]) => isTouched(problem) && !(base.out.has(key) && base.held.get(key) === next.held.get(key)))
      .map(([, problem]) => problem)
  }

  const changed = (before: HeldObjects, after: HeldObjects): readonly ObjectChange[] => {
    const [known, present] = [new Set(before.values()), new Set(after.values())]
    const [old, made] = [[...known].filter((held) => !present.has(held)), [...present].filter((held) => !known.has(held))]
    return changesBetween(seenById(old, vault), seenById(made, vault))
  }

  const behind = (): { readonly problems: readonly Problem[] } => ({
    problems: [
      { message: 'a newer version has written objects that this one cannot read; start that version to change the configuration' },
    ],
  })

  const prepare = async (change: Change, base: State): Promise<Ready | { readonly problems: readonly Problem[] }> => {
    const problems: Problem[] = []
    const number = base.head + 1
    const candidate = candidateOf(change, base.held, number, { vault, catalog, shipped }, problems)
    const { held, seeds, placed } = candidate
    const next: State = { head: number, held, ...compileHeld(held, shipped, parts, seeds) }
    problems.push(...standing(base, next).filter((problem) => !candidate.isTold(problem)))
    const touched = difference(base.held, held).put
    problems.push(...(await missingReferences(database, itemsOf(touched), seeds, catalog)))
    if (problems.length > 0) return problemIn(problems, placed)
    const changes = changed(base.held, held)
    const seedsOf = seedsIn(seeds)
    return {
      base,
      next: touched.length === 0 && held.size === base.held.size ? base : next,
      changes,
      warnings: [...candidate.warnings, ...next.warnings.filter((warning) => isOf(touched, warning))].map(placed),
      seeds: seedsOf,
      placed,
      actor: change.actor,
      message: change.message ?? '',
    }
  }

  /** Writes what is ready, or, dry, finds out what would be written. */
  const write = async (ready: Ready, dry: boolean): Promise<Outcome<Committed>> => {
    const { base, next, changes, seeds, warnings, placed, actor, message } = ready
    const hashes: Hashes = dry
      ? new Map(
          Object.entries(seeds.users).flatMap(([name, { password }]) =>
            password === undefined ? [] : [[usernameKey(name), 'planned'] as const],
          ),
        )
      : await hashSeeds(database, seeds.users, parts.hash)
    const now = clock.now().getTime()
    let told: Plan = { changes, warnings }
    let refused: readonly Problem[] = []
    const work = async (tx: Tx): Promise<void> => {
      if ((await readHead(tx)) !== base.head) throw new HeadMoved()
      if (next !== base) {
        const { put, made, deleted } = difference(base.held, next.held)
        await writeRevision(tx, { number: next.head, at: now, actor, message, put, deleted }, catalog)
        const renames = changes.flatMap(({ kind, slug: from, to }) => (to === undefined ? [] : [{ kind, from, to }]))
        // A slug that is free now may be another object's new one; a slug that an object is made under may have been another's.
        await forgetGranted(tx, deleted)
        await rewriteSlugs(tx, renames)
        await forgetGranted(tx, made)
        refused = await heldRoles(tx, deleted)
      }
      const sown = await sow(tx, seeds, hashes, now)
      refused = [...refused, ...sown.problems]
      told = { changes: [...changes, ...sown.changes], warnings }
      if (dry || refused.length > 0) throw new Undo()
    }
    try {
      await database.transaction(work)
    } catch (error) {
      if (error instanceof HeadMoved || isUniqueViolation(error)) return { lost: { since: base.head } }
      if (!(error instanceof Undo)) throw error
    }
    if (refused.length > 0) return problemIn(refused, placed)
    if (!dry && next !== base) parts.take(next)
    return { ...told, revision: dry ? base.head : next.head }
  }

  /** A role that somebody has is not taken away by the way. */
  const heldRoles = async (tx: Tx, deleted: readonly Held[]): Promise<readonly Problem[]> => {
    const slugs = deleted.filter(({ kind }) => kind === 'roles').map(({ slug }) => slug)
    if (slugs.length === 0) return []
    const rows = await tx
      .selectFrom('role_assignments')
      .select(['role', (row) => row.fn.countAll<number>().as('count')])
      .where('role', 'in', slugs)
      .groupBy('role')
      .execute()
    return rows.map(({ role, count }) => ({
      path: ['roles', role],
      message: `the role "${role}" is assigned to ${count} ${count === 1 ? 'user or group' : 'users or groups'}; take it from them first`,
    }))
  }

  /** Objects that are expected to be of another revision than they are. */
  const unexpected = ({ expected = [] }: Change, { held }: State) =>
    expected.filter(({ kind, slug, revision }) => (held.get(keyOf(kind, slug))?.revision ?? 0) !== revision)

  const attempt = async (change: Change, dry: boolean): Promise<Outcome<Committed>> => {
    for (let tried = 1; ; tried++) {
      if (parts.isBehind()) return behind()
      const base = parts.state()
      const moved = unexpected(change, base)
      if (moved.length > 0) {
        const objects = new Set(moved.map(({ kind, slug }) => keyOf(kind, slug)))
        return { lost: { since: Math.min(...moved.map(({ revision }) => revision)), objects } }
      }
      if (change.head !== undefined && change.head !== base.head) return { lost: { since: change.head } }
      const ready = await prepare(change, base)
      if ('problems' in ready) return ready
      const written = await write(ready, dry)
      if (!('lost' in written) || !change.expected || change.head !== undefined || tried === tries) return written
      await parts.refresh()
    }
  }

  /** Stored again: as it is read now, upgrades and all. */
  const anew = (old: Held, revision: number): Held =>
    old.item ? newHeld(old.item, { id: old.id, owner: old.owner, revision }, vault) : old

  /** The content of an earlier revision over the head: the same objects, by their ids. */
  const rollback = async (to: number, { actor, head, message: why }: Parameters<Plane['rollback']>[1]): Promise<Outcome<Committed>> => {
    if (parts.isBehind()) return behind()
    const base = parts.state()
    if (head !== undefined && head !== base.head) return { lost: { since: head } }
    if (to !== 0 && !(await hasRevision(database, to)))
      return { problems: [{ message: `there is no revision ${to}; there are 1 to ${base.head}` }] }
    const rows = await readObjectsAt(database, to)
    const number = base.head + 1
    const present = new Map([...base.held.values()].map((held) => [held.id, held]))
    const held = new Map<string, Held>()
    for (const row of rows.values()) {
      const now = present.get(row.id)
      const same = now?.revision === row.revision ? now : undefined
      const object = same ?? anew(heldOf(row, vault, catalog), number)
      held.set(keyOf(object.kind, object.slug), object)
    }
    const next: State = { head: number, held, ...compileHeld(held, shipped, parts) }
    const problems = standing(base, next).map((problem) => ({
      ...problem,
      message: `revision ${to} cannot be used any more: ${problem.message}`,
    }))
    if (problems.length > 0) return { problems: inOrder(problems) }
    const changes = changed(base.held, held)
    const placed = (problem: Problem) => problem
    const seeds: Seeds = { users: {}, groups: {} }
    const message = `rolled back to revision ${to}${why === undefined ? '' : `: ${why}`}`
    return write({ base, next: changes.length > 0 ? next : base, changes, warnings: [], seeds, placed, actor, message }, false)
  }

  return {
    async plan(change: Change): Promise<Outcome<Plan>> {
      const done = await attempt(change, true)
      return 'changes' in done ? { changes: done.changes, warnings: done.warnings } : done
    },
    async tried(change: Change): Promise<Outcome<Plan & { readonly snapshot: Snapshot }>> {
      const ready = await prepare(change, parts.state())
      return 'problems' in ready ? ready : { changes: ready.changes, warnings: ready.warnings, snapshot: ready.next.snapshot }
    },
    commit: (change: Change): Promise<Outcome<Committed>> => attempt(change, false),
    rollback,
    async broken(): Promise<readonly Problem[]> {
      const { held, out, problems } = parts.state()
      return inOrder([
        ...out.values(),
        ...problems.filter(({ path }) => path === undefined),
        ...(await brokenReferences(database, itemsOf(held.values()), catalog)),
      ])
    },
  }
}
