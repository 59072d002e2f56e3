import { msg, type Node } from '../api/index.ts'
import { html, type Html } from './html.ts'
import type { Translate } from './messages.ts'

type Of<N extends Node['node']> = Extract<Node, { readonly node: N }>

/** The button copies where scripts run and the browser lets pages write to the clipboard; everywhere else the value is selected by one click. */
export const copy = ({ label: message, value }: Of<'copy'>, t: Translate): Html => {
  const label = t(message)
  return html`<div class="values copy">
    <dl>
      <dt>${label}</dt>
      <dd dir="auto">${value}</dd>
    </dl>
    <div class="copying" hidden data-copied="${t(msg('core.copy.done'))}" data-failed="${t(msg('core.copy.failed'))}">
      <button type="button" aria-label="${t(msg('core.copy.what', { label }))}">${t(msg('core.copy.copy'))}</button>
      <span role="status"></span>
    </div>
  </div>`
}

/** The file is in the link itself, so that it needs neither a script nor another request, which might come when the page is over. */
export const download = ({ label, name, text }: Of<'download'>, t: Translate): Html =>
  html`<div class="buttons">
    <a class="button secondary" download="${name}" href="data:text/plain;charset=utf-8,${encodeURIComponent(text.toWellFormed())}"
      >${t(label)}</a
    >
  </div>`

export const codes = ({ items }: Of<'codes'>): Html =>
  html`<ul class="codes">
    ${items.map((code) => html`<li dir="auto">${code}</li>`)}
  </ul>`
