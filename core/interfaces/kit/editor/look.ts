import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: 'var(--ui-secondary)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ui-success)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--ui-warning)' },
  { tag: [tags.comment, tags.meta], color: 'var(--ui-text-muted)', fontStyle: 'italic' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--ui-primary)' },
  { tag: tags.definition(tags.propertyName), color: 'var(--ui-primary)' },
])

/** A wave below the text; what CodeMirror brings for it is a picture that only looks right on white. */
const waved = (colour: string) => ({
  backgroundImage: 'none',
  textDecoration: `underline wavy ${colour}`,
  textDecorationSkipInk: 'none',
  textUnderlineOffset: '3px',
  paddingBottom: '0',
})
const tooltip = {
  backgroundColor: 'var(--ui-bg)',
  color: 'var(--ui-text)',
  border: '1px solid var(--ui-border-accented)',
  borderRadius: 'var(--ui-radius)',
  boxShadow: '0 4px 12px rgb(0 0 0 / 0.15)',
}

const theme = EditorView.theme({
  '&': { fontSize: '13px', color: 'var(--ui-text-highlighted)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6', overflowX: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ui-text-highlighted)', minHeight: 'var(--code-least)' },
  '.cm-line': { padding: '0 12px' },
  '.cm-gutters': { backgroundColor: 'transparent', border: 'none', color: 'var(--ui-text-muted)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 4px 0 10px' },
  '.cm-gutters + .cm-content .cm-line': { paddingLeft: '6px' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'color-mix(in oklab, var(--ui-primary) 7%, transparent)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '.cm-cursor': { borderLeftColor: 'var(--ui-text-highlighted)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklab, var(--ui-primary) 25%, transparent)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'color-mix(in oklab, var(--ui-primary) 20%, transparent)' },
  '.cm-lintRange-error': waved('var(--ui-error)'),
  '.cm-lintRange-warning': waved('var(--ui-warning)'),
  '.cm-lintRange-info': { backgroundImage: 'none', paddingBottom: '0' },
  '.cm-decided': {
    backgroundColor: 'color-mix(in oklab, var(--ui-warning) 22%, transparent)',
    outline: '1px solid var(--ui-warning)',
    borderRadius: '2px',
  },
  '.cm-tooltip': tooltip,
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '13px', maxHeight: '16em', maxWidth: '80vw' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    padding: '3px 8px',
    display: 'flex',
    gap: '8px',
    maxWidth: 'min(34em, 80vw)',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--ui-primary)', color: 'var(--ui-text-inverted)' },
  '.cm-completionIcon': { display: 'none' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': {
    marginLeft: 'auto',
    fontStyle: 'normal',
    color: 'var(--ui-text-muted)',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  '[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-completionInfo': { ...tooltip, padding: '6px 10px', maxWidth: '22em', fontFamily: 'var(--font-sans)', fontSize: '13px' },
  // On phones it would lie over the options.
  '@media (max-width: 640px)': { '.cm-completionInfo': { display: 'none' } },
  '.cm-tooltip.cm-tooltip-hover': { maxWidth: 'min(34em, 90vw)' },
  '.cm-explained': { padding: '6px 10px' },
  '.cm-explained code': { fontFamily: 'var(--font-mono)', fontSize: '12px', overflowWrap: 'anywhere' },
  '.cm-explained p': { margin: '4px 0 0', fontSize: '13px', fontFamily: 'var(--font-sans)' },
  '.cm-diagnostic': { padding: '6px 10px', border: 'none', fontFamily: 'var(--font-sans)', fontSize: '13px' },
})

/** By the variables of the page, which reach into the shadow root: light and dark need nothing more. */
export const look = [theme, syntaxHighlighting(highlighting)]
