/** Who opens a dialog now; of an item of a menu, the menu's button, as the item is gone when the dialog closes. */
const openerNow = (): HTMLElement | null => {
  const active = document.activeElement
  const menu = active?.closest('[role=menu]')
  const id = menu?.getAttribute('aria-labelledby')
  if (id) return document.getElementById(id)
  return active instanceof HTMLElement ? active : null
}

/** For `content` of a dialog, asked for when it opens: when it closes, whoever opened it has the focus again. */
export const givingBackFocus = () => {
  const opener = openerNow()
  return {
    onCloseAutoFocus(event: Event) {
      if (!opener?.isConnected || opener === document.body) return
      event.preventDefault()
      opener.focus()
    },
  }
}
