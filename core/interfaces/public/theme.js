// Before the first paint, so that nobody who chose the dark is blinded. The same rule is in kit/theme.ts.
;(() => {
  let wish
  try {
    wish = localStorage.getItem('sluice.theme')
  } catch {}
  const dark = wish === 'dark' || (wish !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
})()
