import type { Area } from '../../area.ts'

export default { entries: [], routes: [] } satisfies Area
