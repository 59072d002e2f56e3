// All of CodeMirror is behind this file, which is loaded when an editor is shown.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, indentOnInput } from '@codemirror/language'
import { type Diagnostic, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { completeExpression, explainExpression } from './completion/source.ts'
import type { CodeLanguage } from './language.ts'
import { look } from './look.ts'
import { type Mark, rangeOf } from './marks.ts'

type Wanted = {
  readonly host: HTMLElement
  readonly text: string
  /** From and to, in characters. */
  readonly selected: readonly [number, number] | undefined
  readonly language: CodeLanguage
  readonly label: string
  /** Said after the label. */
  readonly description: string
  readonly readonly: boolean
  change(text: string): void
  focus(is: boolean): void
}
export type Mounted = {
  /** Shows another text, unless it is there already. */
  setText(text: string): void
  setMarks(marks: readonly Mark[]): void
  setReadonly(is: boolean): void
  setLabel(label: string, description: string): void
  /** Puts the cursor there. */
  goTo(mark: Mark): void
  focus(): void
  destroy(): void
}

const languages: Readonly<Record<CodeLanguage, () => Extension>> = {
  expression: () => [
    javascript({ typescript: true }),
    autocompletion({ override: [completeExpression], icons: false, activateOnCompletion: () => true }),
    explainExpression,
  ],
  // JSON is YAML.
  json: () => [lineNumbers(), yaml(), autocompletion({ override: [] })],
  yaml: () => [lineNumbers(), yaml(), autocompletion({ override: [] })],
}

const diagnosticOf = (text: string, mark: Mark): Diagnostic => ({
  ...rangeOf(text, mark),
  severity: mark.is === 'decided' ? 'info' : (mark.is ?? 'error'),
  message: mark.detail,
  ...(mark.is === 'decided' && { markClass: 'cm-decided' }),
})

/** In a shadow root: there CodeMirror adopts its style sheets, and writes no `<style>` that the page's policy would refuse. */
export const mountEditor = ({ host, text, selected, language, label, description, readonly, change, focus }: Wanted): Mounted => {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const access = new Compartment()
  const names = new Compartment()
  const accessOf = (is: boolean): Extension => [EditorState.readOnly.of(is), EditorView.editable.of(!is)]
  const namesOf = (name: string, more: string): Extension =>
    EditorView.contentAttributes.of({ 'aria-label': name, 'aria-description': more, tabindex: '0', spellcheck: 'false' })
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      ...(selected && { selection: { anchor: selected[0], head: selected[1] } }),
      extensions: [
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        languages[language](),
        look,
        EditorView.lineWrapping,
        access.of(accessOf(readonly)),
        names.of(namesOf(label, description)),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) change(update.state.doc.toString())
          if (update.focusChanged) focus(update.view.hasFocus)
        }),
      ],
    }),
  })
  const content = () => view.state.doc.toString()
  return {
    setText(next) {
      const before = content()
      if (next === before) return
      // Only what differs, so that the cursor stays where it is.
      let from = 0
      while (from < before.length && before[from] === next[from]) from++
      let end = 0
      while (end < before.length - from && end < next.length - from && before.at(-1 - end) === next.at(-1 - end)) end++
      view.dispatch({ changes: { from, to: before.length - end, insert: next.slice(from, next.length - end) } })
    },
    setMarks: (marks) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          marks.filter(({ line }) => line !== undefined).map((mark) => diagnosticOf(content(), mark)),
        ),
      ),
    setReadonly: (is) => view.dispatch({ effects: access.reconfigure(accessOf(is)) }),
    setLabel: (name, more) => view.dispatch({ effects: names.reconfigure(namesOf(name, more)) }),
    goTo(mark) {
      view.dispatch({ selection: { anchor: rangeOf(content(), mark).from }, scrollIntoView: true })
      view.focus()
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}
