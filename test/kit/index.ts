/** What plugins are tested with, published as `sluice/kit`. */
export { drive, type Driven, type Given } from './drive.ts'
export { stageContract } from './contract.ts'
export { decide, policyContract, type Asked } from './policy.ts'
export { messagesContract } from './messages.ts'
export { fields, screenOf } from './screen.ts'
export { aUser, memoryConsents, memoryPasswords, memoryUsers, testClock } from './ports.ts'
export { anEvent, deliver, sinkContract, type Delivering } from './sink.ts'
export { driveProtocol, protocolContract, type Arrived, type DrivenProtocol } from './protocol.ts'
