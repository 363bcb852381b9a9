import type { EndedWork, OwnerStatus, WorkView } from '#protocol/api/desktop-owner.ts'
import { Stage } from '#protocol/progress.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'

/** The status page's content, for the page's script to put in its place. */
export function renderStatus(status: OwnerStatus): string {
  return html`${header(status)}
${status.pairings.length === 0 ? html`` : pairings(status)}
${status.work ? work(status.work) : idle(status)}
<div class="columns">${machine(status)}${pages(status)}</div>
${status.ended.length === 0 ? html`` : ended(status.ended)}
${log(status)}`.markup
}

const words = { ready: 'Ready', busy: 'Working', offline: 'Offline' } as const

function header({ health, account, isPaused }: OwnerStatus): Html {
  return html`<header>
<div><h1>Desktop agent of @${account}</h1>
<p class="state ${health.status}"><span class="dot"></span>${words[health.status]}${isPaused ? ', paused' : ''}</p></div>
<button data-post="/owner/pause" data-body="${JSON.stringify({ paused: !isPaused })}">${isPaused ? 'Take jobs again' : 'Pause'}</button>
</header>`
}

function pairings({ pairings: waiting }: OwnerStatus): Html {
  return html`<section class="asking" aria-label="Pages that ask to be paired">
<h2>A page asks to work with this agent</h2>
${waiting.map(
  ({ code, origin }) => html`<div class="row"><div><code class="code">${code}</code>
<p>${origin} shows this code. Let it in only if you see the same one there.</p></div>
<div class="buttons"><button class="primary" data-post="/owner/pairings/${code}" data-body="{&quot;allow&quot;:true}">Let in</button>
<button data-post="/owner/pairings/${code}" data-body="{&quot;allow&quot;:false}">Refuse</button></div></div>`,
)}
</section>`
}

const stageNames = { downloading: 'Download', encoding: 'Encode', uploading: 'Upload' } as const

function work(view: WorkView): Html {
  const { permlink, qualities, worker, stage, percent, overall, speed, etaSeconds } = view
  const at = Stage.options.indexOf(stage)
  const facts = [
    ...(speed === null ? [] : [`${speed.toFixed(1)} x real time`]),
    ...(etaSeconds === null ? [] : [`${duration(etaSeconds)} left of this stage`]),
    ...(qualities.length === 0 ? [] : [qualities.join(', ')]),
    `by ${worker}`,
  ]
  return html`<section aria-label="Job at work">
<div class="title"><h2>${permlink}</h2><strong class="overall">${overall} %</strong></div>
${bar('All', overall)}
<div class="stages">${Stage.options.map((name, index) => {
    const done = index < at ? 100 : 0
    return bar(stageNames[name], index === at ? percent : done)
  })}</div>
<p class="quiet">${facts.join(' · ')}</p>
</section>`
}

function bar(name: string, percent: number): Html {
  const whole = Math.floor(percent)
  return html`<label class="bar"><span>${name}</span><progress max="100" value="${whole}">${whole} %</progress><span class="figure">${whole} %</span></label>`
}

function idle({ obstacle, queued }: OwnerStatus): Html {
  const text =
    obstacle === null
      ? 'No job waits. The next one begins by itself.'
      : `It takes no job now: ${obstacle}.`
  const waiting = queued === 0 ? '' : ` ${queued} in its own queue.`
  return html`<section class="empty"><p>${text}${waiting}</p></section>`
}

function machine({ health, freeBytes, indexer }: OwnerStatus): Html {
  const { hwAccel, ipfsConnected, version } = health
  return html`<section><h2>This machine</h2><dl>
<dt>Encodes with</dt><dd>${hwAccel === 'none' ? 'the processor' : hwAccel}</dd>
<dt>Blocks</dt><dd>${ipfsConnected ? 'go to and fro' : 'nobody to exchange with'}</dd>
<dt>Free disk</dt><dd>${gigabytes(freeBytes)} GB</dd>
<dt>Jobs from</dt><dd>${indexer ?? 'its own queue'}</dd>
<dt>Version</dt><dd>${version}</dd>
</dl></section>`
}

function pages({ sessions }: OwnerStatus): Html {
  const rows = sessions.map(
    ({
      id,
      origin,
      since,
    }) => html`<li class="row"><span>${origin}<br><span class="quiet">since ${clock(since)}</span></span>
<button data-delete="/owner/sessions/${id}">Unpair</button></li>`,
  )
  return html`<section><h2>Paired pages</h2>${
    rows.length === 0 ? html`<p class="quiet">None.</p>` : html`<ul>${rows}</ul>`
  }</section>`
}

function ended(jobs: readonly EndedWork[]): Html {
  return html`<section><h2>Ended</h2><ul>${jobs.map(
    ({ permlink, outcome, reason, at }) =>
      html`<li class="row"><span>${permlink}${
        reason === null ? html`` : html`<br><span class="quiet">${reason}</span>`
      }</span><span class="outcome">${outcome}<br><span class="quiet">${clock(at)}</span></span></li>`,
  )}</ul></section>`
}

function log({ log: lines }: OwnerStatus): Html {
  return html`<section><h2>Log</h2><ol class="log">${lines
    .toReversed()
    .map(
      ({ at, level, text }) => html`<li class="${level}"><time>${clock(at)}</time> ${text}</li>`,
    )}</ol></section>`
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

function gigabytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1)
}

function clock(at: Date): string {
  return `${at.toISOString().slice(11, 19)} UTC`
}
