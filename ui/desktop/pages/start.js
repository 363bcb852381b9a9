const { invoke } = window.__TAURI__.core
const at = (id) => document.getElementById(id)
const form = at('settings')
const lookMs = 500

const headlines = {
  unset: 'Not set up yet',
  starting: 'The node is starting',
  up: 'The node runs',
  waiting: 'The node has ended, and starts again by itself',
  stopped: 'The node does not run',
  stopping: 'The node is stopping',
}

/** What its user does about it: a sentence, and words behind the program where a command mends it. */
function adviceFor(code, account) {
  const advice = {
    'key-missing': [
      'Put the posting key into the keystore, then start again. The command asks for the key without showing it:',
      ['keys', 'import', '--account', account, '--role', 'posting'],
    ],
    'keystore-locked': ['Name a file with the password of the keystore in the settings.'],
    'ffmpeg-missing': ['This says what the machine lacks, and how to get it:', ['doctor']],
    'data-locked': ['Another node of this account is starting or stopping, or has no agent.'],
    'no-agent': ['Free a port from 3002 to 3011, or choose others with --agent-port.'],
  }
  return advice[code] ?? []
}

function show(view) {
  const { phase, code, text, retrySeconds, settings, program } = view
  at('headline').textContent = headlines[phase]
  at('text').textContent = text ?? ''
  const [advice = '', words] = adviceFor(code, settings?.account)
  at('advice').textContent = advice
  at('command').hidden = words === undefined
  at('command').textContent = words ? [...program, ...words].map(quoted).join(' ') : ''
  at('retry').textContent = retrySeconds === null ? '' : `Again in ${retrySeconds} s.`
  at('again').hidden = phase !== 'stopped' && phase !== 'waiting'
  at('log').title = view.log
  if (phase === 'unset') openForm(settings)
}

function quoted(word) {
  return /^[\w./:=@-]+$/.test(word) ? word : `"${word}"`
}

function openForm(settings) {
  if (!form.hidden) return
  for (const [name, value] of Object.entries(settings ?? {}))
    form.elements[name].value = Array.isArray(value) ? value.join('\n') : (value ?? '')
  form.hidden = false
  at('state').hidden = true
}

function textOf(name) {
  const text = form.elements[name].value.trim()
  return text === '' ? null : text
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const options = form.elements.options.value.split('\n').map((word) => word.trim())
  const settings = {
    account: textOf('account') ?? '',
    chain: form.elements.chain.value,
    indexer: textOf('indexer'),
    passwordFile: textOf('passwordFile'),
    options: options.filter((word) => word !== ''),
    program: textOf('program'),
  }
  try {
    await invoke('save', { settings })
  } catch (error) {
    at('refusal').textContent = String(error)
  }
})

at('again').addEventListener('click', () => invoke('again'))
at('log').addEventListener('click', () => invoke('open_log'))
at('change').addEventListener('click', async () => openForm((await invoke('view')).settings))

async function openFormIfAsked() {
  if (location.hash === '#settings') openForm((await invoke('view')).settings)
}
window.addEventListener('hashchange', openFormIfAsked)
await openFormIfAsked()

for (;;) {
  show(await invoke('view'))
  await new Promise((resolve) => setTimeout(resolve, lookMs))
}
