import type { EnrolledDevices } from '../identity/devices.ts'
import type { Port, ports } from '../api/index.ts'

type Implemented<T> = T extends Port<infer I> ? I : never

/** An implementation of every port that the API declares, under the name by which it does. Devices are given out by the kind of authenticator. */
export type Implementations = {
  readonly [K in keyof typeof ports]: K extends 'devices' ? EnrolledDevices : Implemented<(typeof ports)[K]>
}
