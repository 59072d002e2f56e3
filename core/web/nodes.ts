import type { Node } from '../api/index.ts'
import { type FieldContext, renderField } from './fields.ts'
import { attr, html, type Html } from './html.ts'
import { icons } from './icons.ts'
import { initial } from './initial.ts'
import { codes, copy, download } from './keeping.ts'
import type { Translate } from './messages.ts'
import { qrCode } from './qr.ts'
import { signals, webauthn } from './webauthn.ts'

type Of<N extends Node['node']> = Extract<Node, { readonly node: N }>

const text = ({ text: message, tone = 'plain' }: Of<'text'>, t: Translate): Html =>
  tone === 'warn' || tone === 'error'
    ? html`<div class="notice ${tone}">
        ${icons.alert}
        <p>${t(message)}</p>
      </div>`
    : html`<p class="text ${tone}">${t(message)}</p>`

const list = ({ items }: Of<'list'>, t: Translate): Html => {
  const rows = items.map(({ text: message, detail, href }) => {
    const words = html`<span class="words"><span>${t(message)}</span>${detail && html`<span class="detail">${t(detail)}</span>`}</span>`
    return href === undefined
      ? html`<li class="item">${icons.check}${words}</li>`
      : html`<li>
          <a class="item" href="${href}">${initial(t(message))}${words}${icons.forward}</a>
        </li>`
  })
  return html`<ul class="list">
    ${rows}
  </ul>`
}

const values = ({ items }: Of<'values'>, t: Translate): Html => {
  const rows = items.map(
    ({ label, value }) =>
      html`<div>
        <dt>${t(label)}</dt>
        <dd dir="auto">${value}</dd>
      </div>`,
  )
  return html`<dl class="values">${rows}</dl>`
}

const buttons = (group: readonly Of<'button'>[], t: Translate, first: boolean): Html => {
  const written = group.map(({ label, name, value, kind, skips }, index) => {
    const look = kind ?? (first && index === 0 ? 'primary' : 'secondary')
    const attributes = attr({ class: look === 'link' ? 'link' : `button ${look}`, name, value, formnovalidate: skips })
    return html`<button ${attributes}>${t(label)}</button>`
  })
  return html`<div class="buttons">${written}</div>`
}

/** Beside a form, links lead aside; without one they are what there is to do. */
const links = (group: readonly Of<'link'>[], t: Translate, isForm: boolean): Html => {
  const look = isForm ? 'link' : 'button secondary'
  return html`<div class="${isForm ? 'links' : 'buttons'}">
    ${group.map(({ label, href }) => html`<a class="${look}" href="${href}">${t(label)}</a>`)}
  </div>`
}

/** Buttons that follow each other stand together, and so do links. */
const grouped = (nodes: readonly Node[]): readonly (readonly Node[])[] => {
  const groups: Node[][] = []
  for (const node of nodes) {
    const last = groups.at(-1)
    if (last && last[0]!.node === node.node && (node.node === 'button' || node.node === 'link')) last.push(node)
    else groups.push([node])
  }
  return groups
}

/** The nodes of a screen in their order; `isForm`: they stand in a form. The first button is the primary one unless it says otherwise. */
export const renderNodes = (nodes: readonly Node[], context: FieldContext, isForm: boolean): Html => {
  const { t } = context
  const firstButton = nodes.find(({ node }) => node === 'button' || node === 'webauthn')
  const leadsOn = nodes.some((node) => node.node === 'button' && !node.skips)
  const render = (group: readonly Node[]): Html => {
    const node = group[0]!
    switch (node.node) {
      case 'field':
        return renderField(node, context)
      case 'text':
        return text(node, t)
      case 'list':
        return list(node, t)
      case 'values':
        return values(node, t)
      case 'button':
        return buttons(group as readonly Of<'button'>[], t, node === firstButton)
      case 'link':
        return links(group as readonly Of<'link'>[], t, isForm)
      case 'qr':
        return qrCode(node.text, t(node.label))
      case 'copy':
        return copy(node, t)
      case 'download':
        return download(node, t)
      case 'codes':
        return codes(node)
      case 'webauthn':
        return webauthn(node, context, node === firstButton ? 'primary' : 'secondary', !leadsOn)
      case 'signals':
        return signals(node.items)
    }
  }
  return html`${grouped(nodes).map(render)}`
}
