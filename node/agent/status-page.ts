/** The page's own files: an empty frame that shows nothing to anybody, until its script has let the owner in. */
export const pageFiles: readonly {
  readonly path: string
  readonly type: string
  readonly text: string
}[] = [
  {
    path: '/',
    type: 'text/html; charset=utf-8',
    text: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Desktop agent</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<main id="view" aria-live="off"><noscript>This page needs its script.</noscript></main>
<p id="note" role="status"></p>
</body>
</html>
`,
  },
  {
    path: '/page.js',
    type: 'text/javascript; charset=utf-8',
    text: `const view = document.getElementById('view')
const note = document.getElementById('note')
const kept = 'agent-token'
const usual = document.title
let shown = ''

async function enter() {
  const key = new URLSearchParams(location.hash.slice(1)).get('key')
  if (key === null) return
  history.replaceState(null, '', '/')
  const answer = await post('/page/session', { key })
  if (answer.ok) sessionStorage.setItem(kept, (await answer.json()).token)
}

function headers() {
  return { authorization: 'Bearer ' + sessionStorage.getItem(kept), 'content-type': 'application/json' }
}

function post(path, body) {
  return fetch(path, { method: 'POST', headers: headers(), body: JSON.stringify(body) })
}

async function refresh() {
  try {
    const answer = await fetch('/page/view', { headers: headers() })
    if (answer.status === 401) {
      view.replaceChildren()
      note.textContent = 'This page is closed. Open it by the link that the node prints, or by: spk-encoder agent open'
      return
    }
    const text = await answer.text()
    if (answer.ok && text !== shown) {
      const log = view.querySelector('.log')
      const top = log ? log.scrollTop : 0
      const at = document.activeElement?.dataset?.post ?? document.activeElement?.dataset?.delete
      view.innerHTML = text
      shown = text
      if (view.querySelector('.log')) view.querySelector('.log').scrollTop = top
      if (at) view.querySelector('[data-post="' + at + '"],[data-delete="' + at + '"]')?.focus()
      document.title = (view.querySelector('.overall')?.textContent ?? '') + ' ' + usual
    }
    note.textContent = answer.ok ? '' : 'The agent answers ' + answer.status + '.'
  } catch {
    note.textContent = 'The agent does not answer. It may have been stopped.'
  }
  setTimeout(refresh, 1000)
}

view.addEventListener('click', async (event) => {
  const { post: path, body, delete: gone } = event.target.dataset
  if (!path && !gone) return
  event.target.disabled = true
  const answer = path
    ? await post(path, JSON.parse(body))
    : await fetch(gone, { method: 'DELETE', headers: headers() })
  if (!answer.ok) note.textContent = (await answer.json()).message
  shown = ''
})

enter().then(refresh)
`,
  },
  {
    path: '/page.css',
    type: 'text/css; charset=utf-8',
    text: `:root {
  color-scheme: light dark;
  --back: light-dark(#f6f6f4, #15171a);
  --card: light-dark(#ffffff, #1f2226);
  --line: light-dark(#dcdcd6, #363b42);
  --text: light-dark(#1b1d20, #eceef1);
  --quiet: light-dark(#5c6166, #a3aab3);
  --accent: light-dark(#0b62c4, #6fb1ff);
  --on-accent: light-dark(#ffffff, #0a1420);
  --good: light-dark(#1a7f37, #56d06f);
  --bad: light-dark(#b3261e, #ff8a80);
  --warn: light-dark(#8a5a00, #f0b94a);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 1.25rem 1rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
header, .row, .title { display: flex; gap: 1rem; justify-content: space-between; align-items: center; }
h1 { font-size: 1.3rem; margin: 0; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; }
.state { display: flex; gap: .5rem; align-items: center; font-weight: 600; }
.dot { width: .7rem; height: .7rem; border-radius: 50%; background: var(--good); }
.busy .dot { background: var(--accent); }
.offline .dot { background: var(--bad); }
.quiet, dt { color: var(--quiet); }
.quiet { font-size: .9rem; }
.asking { border-color: var(--accent); border-width: 2px; }
.code { font-size: 1.6rem; letter-spacing: .08em; font-weight: 700; }
.buttons { display: flex; gap: .5rem; flex-shrink: 0; }
button { font: inherit; min-height: 2.75rem; padding: 0 1rem; border-radius: .5rem; border: 1px solid var(--line); background: var(--card); color: var(--text); cursor: pointer; flex-shrink: 0; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button:disabled { opacity: .6; }
.overall { font-size: 1.3rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.bar { display: grid; grid-template-columns: 5.5rem 1fr 3.5rem; gap: .75rem; align-items: center; }
.figure { text-align: right; font-variant-numeric: tabular-nums; }
progress { width: 100%; height: .7rem; accent-color: var(--accent); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem; }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem 1rem; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
ul, ol { list-style: none; margin: 0; padding: 0; }
li.row { padding: .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
li.row:first-child { border-top: 0; }
.outcome { text-align: right; flex-shrink: 0; }
.log { font: .82rem/1.5 ui-monospace, monospace; max-height: 16rem; overflow: auto; overflow-wrap: anywhere; }
.log time { color: var(--quiet); }
.log .warn { color: var(--warn); }
.log .error { color: var(--bad); }
#note { max-width: 56rem; margin: 0 auto; padding: 0 1rem 1.5rem; color: var(--quiet); }
@media (max-width: 30rem) {
  .asking .row { flex-direction: column; align-items: stretch; }
  .buttons button { flex: 1; }
  .bar { grid-template-columns: 5rem 1fr 3rem; gap: .5rem; }
}
`,
  },
]
