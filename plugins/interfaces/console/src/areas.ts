import type { Area } from './area.ts'
import applications from './areas/applications/index.ts'
import directory from './areas/directory/index.ts'
import events from './areas/events/index.ts'
import flows from './areas/flows/index.ts'
import start from './areas/start/index.ts'
import system from './areas/system/index.ts'

/** In the order of the navigation. */
export const areas: readonly Area[] = [start, applications, directory, flows, events, system]
