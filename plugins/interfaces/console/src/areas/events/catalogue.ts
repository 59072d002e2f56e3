/** How much an event wants to be looked at. */
export type Severity = 'info' | 'notice' | 'warning' | 'alert'
type Known = { readonly severity: Severity; readonly icon: string }

const info = (icon: string): Known => ({ severity: 'info', icon })
const notice = (icon: string): Known => ({ severity: 'notice', icon })
const warning = (icon: string): Known => ({ severity: 'warning', icon })
const alert = (icon: string): Known => ({ severity: 'alert', icon })

/** Everything that Sluice records; its name in words is the text `events.action.<action>`. */
export const catalogue: Readonly<Record<string, Known>> = {
  login: info('i-lucide-log-in'),
  logout: info('i-lucide-log-out'),
  login_failed: warning('i-lucide-circle-x'),
  flow_denied: warning('i-lucide-ban'),
  access_denied: warning('i-lucide-shield-x'),
  'flow.simulated-wrong': warning('i-lucide-flask-conical-off'),
  authorize_application: info('i-lucide-app-window'),
  'configuration.changed': notice('i-lucide-git-commit-horizontal'),
  'user.created': notice('i-lucide-user-plus'),
  'user.updated': notice('i-lucide-user-pen'),
  'user.deleted': notice('i-lucide-user-x'),
  'user.password-set': notice('i-lucide-key-round'),
  'user.sessions-ended': notice('i-lucide-monitor-off'),
  'user.tokens-revoked': notice('i-lucide-key-square'),
  'user.avatar-set': info('i-lucide-image'),
  'user.avatar-removed': info('i-lucide-image-off'),
  'media.created': notice('i-lucide-image-plus'),
  'media.deleted': notice('i-lucide-image-minus'),
  'email.tested': info('i-lucide-mail-check'),
  'recovery.link-created': notice('i-lucide-life-buoy'),
  'recovery.requested': info('i-lucide-life-buoy'),
  'recovery.mail-sent': info('i-lucide-mail'),
  'recovery.link-used': notice('i-lucide-life-buoy'),
  'group.created': notice('i-lucide-users-round'),
  'group.updated': notice('i-lucide-users-round'),
  'group.deleted': notice('i-lucide-users-round'),
  'group.member-added': notice('i-lucide-user-plus'),
  'group.member-removed': notice('i-lucide-user-minus'),
  'token.created': notice('i-lucide-key-square'),
  'token.revoked': notice('i-lucide-key-square'),
  'token.throttled': warning('i-lucide-gauge'),
  'token.reused': alert('i-lucide-siren'),
  'key.created': notice('i-lucide-key-round'),
  'key.activated': notice('i-lucide-key-round'),
  'key.retired': notice('i-lucide-key-round'),
  'key.revoked': warning('i-lucide-key-round'),
  'secret-key.rotated': warning('i-lucide-key-round'),
  'session.ended': notice('i-lucide-monitor-off'),
  'job.retried': notice('i-lucide-rotate-cw'),
  'job.deleted': notice('i-lucide-trash-2'),
  'sink.tested': info('i-lucide-send'),
  'sink.failed': warning('i-lucide-send'),
  'consent.withdrawn': notice('i-lucide-undo-2'),
  'authenticator.added': notice('i-lucide-shield-plus'),
  'authenticator.renamed': info('i-lucide-shield'),
  'authenticator.removed': notice('i-lucide-shield-minus'),
  'authenticators.reset': warning('i-lucide-shield-off'),
  'browser.distrusted': notice('i-lucide-monitor-x'),
  'oidc.token-revoked': notice('i-lucide-key-square'),
  'oidc.code-reused': alert('i-lucide-siren'),
  'oidc.refresh-token-reused': alert('i-lucide-siren'),
}

/** Of what nobody knows here, e.g. what a plugin from elsewhere records. */
export const aboutAction = (action: string): Known => catalogue[action] ?? info('i-lucide-circle-dot')
