import 'reflect-metadata'
import { container as root, type DependencyContainer, type InjectionToken } from 'tsyringe'
import { ports, type Port, type Use } from '../api/index.ts'
import { scoped } from '../store/scoped.ts'
import type { Implementations } from './types.ts'

/** Whose `use` is being made: ports that keep plugins apart look at it. */
const pluginId: InjectionToken<string> = Symbol('plugin id')
const tokens = new Map<string, symbol>(Object.values(ports).map(({ id }) => [id, Symbol(`port ${id}`)]))

const tokenOf = ({ id }: Port<unknown>): symbol => {
  const token = tokens.get(id)
  if (!token) throw new Error(`nothing offers the port "${id}"`)
  return token
}

/** A container that holds every port, each under a symbol of its own; plugins never see it. */
export function registerPorts(implementations: Implementations): DependencyContainer {
  const container = root.createChildContainer()
  for (const [name, port] of Object.entries(ports) as [keyof Implementations, Port<unknown>][]) {
    if (port !== ports.store) container.register(tokenOf(port), { useValue: implementations[name] })
  }
  // The factory is given the container that asks, which is each plugin's own: so each has keys of its own.
  const { store } = implementations
  container.register(tokenOf(ports.store), { useFactory: (asking) => scoped(store, `${asking.resolve(pluginId)}:`) })
  return container
}

/** The ports that a stage or protocol declared, and no others, frozen. */
export function useOf(container: DependencyContainer, plugin: string, use: Use = {}): Readonly<Record<string, unknown>> {
  const own = container.createChildContainer()
  own.register(pluginId, { useValue: plugin })
  return Object.freeze(Object.fromEntries(Object.entries(use).map(([name, port]) => [name, own.resolve(tokenOf(port))])))
}
