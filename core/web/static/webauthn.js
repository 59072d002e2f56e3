// Brings to life what `webauthn.ts` wrote: asks the browser for a passkey or a security key, and sends the form with what it answers.

const { PublicKeyCredential: api } = globalThis
const parsers = { create: 'parseCreationOptionsFromJSON', get: 'parseRequestOptionsFromJSON' }
for (const text of document.querySelectorAll('.no-script')) text.hidden = true
const parts = [...document.querySelectorAll('.webauthn')].map((element) => {
  const [field, button, state] = ['input', 'button', '.state'].map((selector) => element.querySelector(selector))
  return { field, button, state, form: field.form, ...element.dataset }
})
const conditional = parts.find((part) => 'conditional' in part)

/** What the browser is asked. It takes one request at a time. */
let pending

const say = (part, text = '', isError = false) => {
  for (const { state } of parts) state.textContent = ''
  part.state.textContent = text
  part.state.classList.toggle('error', isError)
}

const told = (part, { name }) => {
  if (name === 'InvalidStateError' && part.does === 'create') return part.registered
  if (name === 'SecurityError') return part.address
  return name === 'NotAllowedError' || name === 'AbortError' ? part.cancelled : part.failed
}

/** For whoever wrote the stage: options that no browser can read. */
const faults = new Set(['TypeError', 'SyntaxError', 'EncodingError'])

/** The credential as JSON, or nothing where another request took this one's place. */
const request = async ({ does, options }, mediation) => {
  pending?.abort()
  const mine = (pending = new AbortController())
  try {
    const publicKey = api[parsers[does]](JSON.parse(options))
    const credential = await navigator.credentials[does]({ publicKey, mediation, signal: mine.signal })
    return mine === pending ? JSON.stringify(credential.toJSON()) : undefined
  } catch (error) {
    if (mine === pending) throw error
  } finally {
    if (mine === pending) pending = undefined
  }
}

const send = ({ field, form }, credential) => {
  field.disabled = false
  field.value = credential
  // A field may be called `requestSubmit`, hence the detour.
  HTMLFormElement.prototype.requestSubmit.call(form)
}

/** Passkeys in the autofill of the user name, as long as nothing else is asked. Whatever fails here, the button says. */
const offer = async () => {
  if (!conditional || !(await api.isConditionalMediationAvailable?.()) || pending) return
  const credential = await request(conditional, 'conditional').catch(() => undefined)
  if (credential) send(conditional, credential)
}

const ask = async (part) => {
  say(part, part.waiting)
  try {
    const credential = await request(part)
    if (credential) send(part, credential)
  } catch (error) {
    if (faults.has(error.name)) reportError(error)
    say(part, told(part, error), true)
    void offer()
  }
}

/** Not where somebody came back to the page, or loaded it again. A page behind another tab waits: browsers refuse it. */
const start = async (part) => {
  const [{ type }] = performance.getEntriesByType('navigation')
  if (type !== 'navigate') return offer()
  if (document.hidden) await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }))
  return ask(part)
}

if (api?.[parsers.create] && api[parsers.get]) {
  for (const part of parts) {
    part.button.hidden = part.button.disabled = false
    part.button.addEventListener('click', (event) => {
      event.preventDefault()
      void ask(part)
    })
  }
  for (const form of new Set(parts.map((part) => part.form)))
    form.addEventListener('submit', () => {
      pending?.abort()
      pending = undefined
    })
  // A page that comes back from the history is as it was at first.
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    for (const { field, state } of parts) {
      field.disabled = true
      state.textContent = ''
    }
    void offer()
  })
  const first = parts.find((part) => 'start' in part)
  void (first ? start(first) : offer())
} else for (const part of parts) say(part, part.unsupported)

const calls = {
  'unknown-credential': 'signalUnknownCredential',
  'all-accepted-credentials': 'signalAllAcceptedCredentials',
  'current-user-details': 'signalCurrentUserDetails',
}
for (const { dataset } of document.querySelectorAll('.signals'))
  for (const { call, options } of JSON.parse(dataset.signals)) {
    // They reject at options they do not like, and where a provider is away: nobody on this page could do anything about it.
    void api?.[calls[call]]?.(options).catch(() => {})
  }
