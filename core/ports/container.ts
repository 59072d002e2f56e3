import 'reflect-metadata'
import { container as root, type DependencyContainer, type InjectionToken } from 'tsyringe'
import { type Authenticator, type Configurable, ports, type Plugin, type Port, type Use } from '../api/index.ts'
import { type Brought, broughtBy } from '../configuration/brought.ts'
import { scoped } from '../store/scoped.ts'
import type { Implementations } from './types.ts'

/** Whose `use` is being made: ports that keep plugins apart look at it. */
const pluginId: InjectionToken<string> = Symbol('plugin id')
/** For which authenticator it is made, if for one. */
const authenticator: InjectionToken<Authenticator> = Symbol('authenticator')
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
    if (port !== ports.store && port !== ports.devices) container.register(tokenOf(port), { useValue: implementations[name] })
  }
  // The factory is given the container that asks, which is each plugin's own: so each has keys of its own.
  const { store, devices } = implementations
  container.register(tokenOf(ports.store), { useFactory: (asking) => scoped(store, `${asking.resolve(pluginId)}:`) })
  container.register(tokenOf(ports.devices), {
    useFactory: (asking) => {
      const { kind, single = false } = asking.resolve(authenticator)
      return devices.ofKind(kind, single)
    },
  })
  return container
}

/** The ports that something of a plugin declared, and no others, frozen. */
function useOf(
  container: DependencyContainer,
  plugin: string,
  item: Configurable<any> & { readonly use?: Use },
): Readonly<Record<string, unknown>> {
  const { use = {} } = item
  const own = container.createChildContainer()
  own.register(pluginId, { useValue: plugin })
  if ('enrol' in item) own.register(authenticator, { useValue: item as unknown as Authenticator })
  return Object.freeze(Object.fromEntries(Object.entries(use).map(([name, port]) => [name, own.resolve(tokenOf(port))])))
}

/** The ports of everything that plugins bring, each made once. */
export function usesOf(
  plugins: readonly Plugin[],
  container: DependencyContainer,
): (item: Brought | undefined) => Readonly<Record<string, unknown>> {
  const uses = new Map(plugins.flatMap((plugin) => broughtBy(plugin).map((item) => [item, useOf(container, plugin.id, item)] as const)))
  return (item) => (item && uses.get(item)) ?? {}
}
