// Comforts of the flow pages. Every page works without this file.

for (const button of document.querySelectorAll('.reveal')) {
  const input = button.previousElementSibling
  const show = (shown) => {
    input.type = shown ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(shown))
  }
  button.hidden = false
  button.addEventListener('click', () => show(input.type === 'password'))
  // Browsers remember what was typed into a text field, so it is a password again before it is sent.
  input.form.addEventListener('submit', () => show(false))
}

for (const part of navigator.clipboard ? document.querySelectorAll('.copying') : []) {
  const [button, state] = part.children
  const { copied, failed } = part.dataset
  part.hidden = false
  button.addEventListener('click', async () => {
    state.textContent = ''
    const { textContent: value } = part.parentElement.querySelector('dd')
    state.textContent = await navigator.clipboard.writeText(value).then(
      () => copied,
      () => failed,
    )
  })
}

// An answer is sent once, however often its button is pressed; a page that comes back from the history can be sent again.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if (form.ariaBusy === 'true') event.preventDefault()
    form.ariaBusy = 'true'
    setTimeout(() => (form.ariaBusy = null), 10_000)
  })
  addEventListener('pageshow', () => (form.ariaBusy = null))
}

const languages = document.querySelector('.languages')
addEventListener('click', ({ target }) => {
  if (languages && !languages.contains(target)) languages.open = false
})
languages?.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape' || !languages.open) return
  languages.open = false
  languages.firstElementChild.focus()
})
