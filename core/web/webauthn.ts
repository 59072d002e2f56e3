import { msg, type Signal, type WebAuthn } from '../api/index.ts'
import { type FieldContext, errorId, fieldError, fieldId } from './fields.ts'
import { attr, html, type Html } from './html.ts'

/** What is wrong with a node, for whoever wrote its stage: no browser could do anything with it. */
const misuse = ({ does, options, conditional }: WebAuthn): string | undefined => {
  if (typeof options['challenge'] !== 'string' || options['challenge'] === '') return 'its options have no challenge (base64url)'
  if (does === 'create' && conditional) return 'only what gets a credential can be conditional; leave it out'
  return undefined
}

/** Where the credentials belong, as the options say it: `rpId` to get one, `rp.id` to create one. */
const domainOf = ({ options }: WebAuthn): string | undefined => {
  const { rpId, rp } = options
  const domain = rpId ?? (rp as { readonly id?: unknown } | null | undefined)?.id
  return typeof domain === 'string' ? domain : undefined
}

/**
 * A button that `static/webauthn.js` brings to life, and all that it may have to say, in the page's language. The field is sent only once the
 * browser has filled it in. `isDefault`: no other button leads on, so it is what Enter presses; without a script that is nothing, and not the
 * next button, which leads aside. Throws at options that no browser takes.
 */
export const webauthn = (node: WebAuthn, context: FieldContext, look: 'primary' | 'secondary', isDefault: boolean): Html => {
  const { t, errors } = context
  const { name, does, options, label, conditional, start } = node
  const wrong = misuse(node)
  if (wrong) throw new TypeError(`The webauthn node ${JSON.stringify(name)} cannot work: ${wrong}`)
  const domain = domainOf(node)
  const data = {
    'data-does': does,
    'data-options': JSON.stringify(options),
    'data-conditional': conditional,
    // Whoever comes back with an error reads it first.
    'data-start': start && errors.size === 0,
    'data-waiting': t(msg('core.webauthn.waiting')),
    'data-cancelled': t(msg('core.webauthn.cancelled')),
    'data-registered': t(msg('core.webauthn.registered')),
    'data-address': t(domain === undefined ? msg('core.webauthn.no-domain') : msg('core.webauthn.wrong-address', { domain })),
    'data-failed': t(msg('core.webauthn.failed')),
    'data-unsupported': t(msg('core.webauthn.unsupported')),
  }
  const pressed = { type: isDefault ? 'submit' : 'button', 'aria-describedby': errors.has(name) && errorId(name) }
  return html`<div class="webauthn" id="${fieldId(name)}" ${attr(data)}>
    ${fieldError(name, context)}
    <input type="hidden" name="${name}" disabled />
    <button class="button ${look}" ${attr(pressed)} hidden disabled>${t(label)}</button>
    <p class="state" role="status"></p>
    <p class="no-script">${t(msg('core.webauthn.no-script'))}</p>
  </div>`
}

export const signals = (items: readonly Signal[]): Html => html`<div class="signals" hidden data-signals="${JSON.stringify(items)}"></div>`
