import type { Counted, Kind } from '../observe/work.ts'

/** How durations of a kind are told. `labels`: of its name (a request's is method and route, by a space), and of its outcome. */
export type DurationMetric = {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  /** Of a name, one value for each label but that of the outcome; left out: the name is the value, if there is a label for it. */
  readonly outcome?: string
  readonly bounds: readonly number[]
}
export type CountMetric = { readonly name: string; readonly help: string; readonly labels: readonly string[]; readonly outcome?: string }

/** Milliseconds. */
const short = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000]
const long = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]

/** Of each kind of work: the histogram that it is in. Every label is of few values, whatever strangers send. */
export const durations: Readonly<Record<Kind, DurationMetric>> = {
  request: {
    name: 'sluice_http_request_duration_seconds',
    help: 'Requests by method, pattern of the route ("none" where there is none) and status (499: the client went away)',
    labels: ['method', 'route'],
    outcome: 'status',
    bounds: long,
  },
  run: {
    name: 'sluice_flow_request_duration_seconds',
    help: 'What one request did to a run of a flow (start, view, answer, restart), and where the run stood then',
    labels: ['did'],
    outcome: 'outcome',
    bounds: long,
  },
  step: {
    name: 'sluice_flow_step_duration_seconds',
    help: 'Stages shown or answered, by kind and outcome',
    labels: ['stage'],
    outcome: 'outcome',
    bounds: long,
  },
  condition: {
    name: 'sluice_condition_duration_seconds',
    help: 'Conditions judged (steps and branches of flows, access), with all their bindings',
    labels: ['about'],
    outcome: 'outcome',
    bounds: short,
  },
  policy: {
    name: 'sluice_policy_duration_seconds',
    help: 'Bindings of conditions, by what they ask (policy, expression, group, role, user) and outcome',
    labels: ['by'],
    outcome: 'outcome',
    bounds: short,
  },
  database: {
    name: 'sluice_database_query_duration_seconds',
    help: 'Statements by what they do; begin has in it the wait for a connection, commit that for the disk',
    labels: ['operation'],
    outcome: 'outcome',
    bounds: short,
  },
  store: {
    name: 'sluice_store_operation_duration_seconds',
    help: 'What is done with short-lived state',
    labels: ['operation'],
    outcome: 'outcome',
    bounds: short,
  },
  'hash-wait': {
    name: 'sluice_password_hash_wait_seconds',
    help: 'Password hashes that waited for a core; those that did not wait are not in it',
    labels: [],
    bounds: long,
  },
  hash: {
    name: 'sluice_password_hash_duration_seconds',
    help: 'Password hashes that were made (hash) or compared (verify), without the wait for a core',
    labels: ['did'],
    bounds: long,
  },
  mail: { name: 'sluice_mail_duration_seconds', help: 'Messages given to the mail server', labels: [], outcome: 'outcome', bounds: long },
  call: {
    name: 'sluice_outgoing_call_duration_seconds',
    help: 'Requests to other servers, by what they are for',
    labels: ['purpose'],
    outcome: 'outcome',
    bounds: long,
  },
}

/** Of each thing that is counted. */
export const counts: Readonly<Record<Counted['what'], CountMetric>> = {
  run: { name: 'sluice_flow_runs_total', help: 'Runs that ended, by flow', labels: ['flow'], outcome: 'outcome' },
  session: { name: 'sluice_sessions_opened_total', help: 'Sessions that were opened', labels: [] },
  token: {
    name: 'sluice_tokens_issued_total',
    help: 'Token responses: of a new grant (opened), or of a refresh token (refreshed)',
    labels: ['grant'],
  },
  event: { name: 'sluice_events_written_total', help: 'Audit events that were written', labels: [] },
}

/** Counters that are the `count` of a histogram by its outcome alone: what dashboards ask for most. */
export const totals = {
  database: { name: 'sluice_database_statements_total', help: 'Statements by what they do', label: 'operation' },
  policy: { name: 'sluice_policy_evaluations_total', help: 'Bindings of conditions by their outcome', label: 'outcome' },
} as const
