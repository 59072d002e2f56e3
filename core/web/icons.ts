import { html } from './html.ts'

/** Drawn in the colour of the text around them; said in words beside them, so hidden from screen readers. */
export const icons = {
  alert: html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
    <circle cx="10" cy="10" r="8" />
    <path d="M10 6v4.5M10 13.8v.1" />
  </svg>`,
  check: html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="m4.5 10.5 3.5 3.5 7.5-8" /></svg>`,
  forward: html`<svg class="icon forward" viewBox="0 0 20 20" aria-hidden="true"><path d="m8 5 5 5-5 5" /></svg>`,
  down: html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="m5.5 8 4.5 4.5L14.5 8" /></svg>`,
  globe: html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
    <circle cx="10" cy="10" r="7.5" />
    <path d="M2.5 10h15M10 2.5c2.2 2.2 3.2 4.7 3.2 7.5s-1 5.3-3.2 7.5c-2.2-2.2-3.2-4.7-3.2-7.5s1-5.3 3.2-7.5" />
  </svg>`,
  eye: html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
    <path d="M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10 15.2 15.5 10 15.5 1.8 10 1.8 10" />
    <circle cx="10" cy="10" r="2.5" />
    <path class="lid" d="m3.5 16.5 13-13" />
  </svg>`,
} as const
