import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { isLegalMove } from '#market/domain/job-phases.ts'
import { findEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { queueRoute } from '#protocol/api/queue.ts'
import type { EncodingEventType, EncodingPhase } from '#protocol/encoding-job.ts'
import { cid } from './builders.ts'
import { aDevchain } from './devchain.ts'
import { makeFolder } from './ffmpeg.ts'
import { signedText } from './indexer.ts'
import { startIndexerProcess } from './processes/indexer-process.ts'
import type { EncoderNote, Persevere } from './rest-encoder.ts'
import { workByRest } from './rest-encoder.ts'
import { createRandom } from './world/random.ts'

/** Long enough to outlive a death of the indexer, short enough to be waited for. */
const leaseSeconds = 3
const encoders = ['enc-a', 'enc-b', 'enc-c', 'enc-d', 'enc-e', 'enc-f']
const accounts = ['alice', ...encoders]

/**
 * An indexer with its own Postgres, a process as its operator starts it, killed and started again while encoders work by its REST API.
 * Each job that was taken on ends once, whoever asked what when it died.
 */
export function describeKilledIndexer({
  seeds,
  jobs,
  kills,
}: {
  readonly seeds: readonly number[]
  readonly jobs: number
  readonly kills: number
}): void {
  test.each(seeds)(
    'an indexer that is killed at moments of seed %i loses no job and gives none twice',
    { timeout: 150_000 },
    async (seed) => {
      const random = createRandom(seed)
      await using devchain = await aDevchain({
        accounts: Object.fromEntries(accounts.map((name) => [name, {}])),
      })
      const directory = await makeFolder()
      const flags = ['--chain', devchain.url, '--lease', `${leaseSeconds}`]
      await using indexer = await startIndexerProcess(flags, directory)
      const answers = createAnswerCount()
      const asWho = await signInAll(indexer.url, answers.count)
      const postgres = await indexer.postgresPid()

      const notes: EncoderNote[] = []
      const done = new AbortController()
      const submitted = Promise.all(
        Array.from({ length: jobs }, () => submit(asWho('alice'), randomUUID())),
      )
      const working = encoders.map((name, index) =>
        workByRest(
          {
            ask: asWho(name),
            random: createRandom(seed * 1_000 + index),
            note: (note) => void notes.push(note),
          },
          `${name}-desk`,
          done.signal,
        ),
      )
      const failed = Promise.race(working)
      for (let death = 0; death < kills; death += 1) {
        await Promise.race([answers.reach(answers.seen() + 10 + random.below(jobs)), failed])
        await indexer.kill()
        if (random.percent(40)) await indexer.startInVain()
        await indexer.start()
        expect(await indexer.postgresPid()).toBe(postgres)
      }
      const ids = await submitted
      await Promise.race([untilEnded(asWho('alice')), failed])
      done.abort()
      await Promise.all(working)
      const { events, ended } = await tablesOf(directory)
      expect(ended.map(({ id }) => id).sort()).toEqual(ids.toSorted())
      expectEachOnce({ events, ended, notes })
    },
  )
}

/** How many answers have come, and whoever waits for the next ones. */
function createAnswerCount() {
  const told = new EventTarget()
  let seen = 0
  return {
    seen: () => seen,
    count: (): void => {
      seen += 1
      told.dispatchEvent(new Event('answer'))
    },
    reach: (wanted: number) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (seen < wanted) return
          told.removeEventListener('answer', look)
          resolve()
        }
        told.addEventListener('answer', look)
      }),
  }
}

/** Asks by a token until there is an answer. No answer of a living server may be a fault of its own. */
function persevering(url: string, token: string | null, onAnswer: () => void): Persevere {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
  return async (method, path, body) => {
    for (;;)
      try {
        const answer = await fetch(url + path, {
          ...{ method, headers: { 'content-type': 'application/json', ...authorization } },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        const text = await answer.text()
        expect([path, answer.status, text].join(' ')).not.toMatch(/^\S+ 5\d\d/)
        onAnswer()
        return { status: answer.status, body: JSON.parse(text) as unknown }
      } catch (error) {
        if (!isOfConnection(error)) throw error
        await pause(20)
      }
  }
}

function isOfConnection(error: unknown): boolean {
  return error instanceof TypeError
}

const Challenge = z.object({ nonce: z.string(), text: z.string() })
const Token = z.object({ token: z.string() })

/** Everybody's session, and an encoder for everyone but the owner; sessions are to live through every death. */
async function signInAll(url: string, onAnswer: () => void) {
  const nobody = persevering(url, null, onAnswer)
  const asked = new Map<string, Persevere>()
  for (const account of accounts) {
    const sessions = '/api/encoding/sessions'
    const { body } = await nobody('POST', `${sessions}/challenge`, { account })
    const { nonce, text } = Challenge.parse(body)
    const signature = signedText(text, account)
    const signed = await nobody('POST', sessions, { account, nonce, signature })
    const ask = persevering(url, Token.parse(signed.body).token, onAnswer)
    asked.set(account, ask)
    if (account === 'alice') continue
    const encoder = { id: `${account}-desk`, kind: 'community' }
    const registered = await ask('POST', '/api/encoding/encoders/register', encoder)
    expect(registered.status).toBe(200)
  }
  return (account: string): Persevere => asked.get(account) ?? nobody
}

async function submit(ask: Persevere, id: string): Promise<string> {
  const job = { id, permlink: id, inputCid: cid(id), tiers: ['community'], budget: '0.100 HBD' }
  const answer = await ask('POST', '/api/encoding/jobs', job)
  expect(answer.status).toBe(200)
  return id
}

/** One answer has all jobs at one moment: of two, each with a phase, a job may go from the second to the first in between. */
async function untilEnded(ask: Persevere): Promise<void> {
  for (;;) {
    const { body } = await ask('GET', queueRoute.path)
    const tiers = Object.values(queueRoute.reply.parse(body).tiers)
    if (tiers.every(({ queued, resting, leased }) => queued + resting + leased === 0)) return
    await pause(100)
  }
}

type EventRow = {
  readonly job_id: string
  readonly type: EncodingEventType
  readonly phase: EncodingPhase
  readonly fields: { readonly encoder?: string; readonly fencingToken?: number }
}
type JobRow = {
  readonly id: string
  readonly phase: EncodingPhase
  readonly token: number
  readonly attempts: number
  readonly allowed: number
}

async function tablesOf(directory: string) {
  const client = new Client({
    connectionString: (await findEmbeddedPostgres(`${directory}/postgres`)) ?? '',
  })
  await client.connect()
  try {
    const { rows: events } = await client.query<EventRow>(
      'select job_id, type, phase, fields from job_events order by job_id, sequence',
    )
    const { rows: ended } = await client.query<JobRow>(
      'select id, phase, fencing_token::int as token, attempts, max_attempts as allowed from encoding_jobs',
    )
    return { events, ended }
  } finally {
    await client.end()
  }
}

function expectEachOnce({
  events,
  ended,
  notes,
}: {
  readonly events: readonly EventRow[]
  readonly ended: readonly JobRow[]
  readonly notes: readonly EncoderNote[]
}): void {
  const claims = notes.filter(({ what }) => what === 'claimed')
  expect(new Set(claims.map(({ job, token }) => `${job} ${token}`)).size).toBe(claims.length)
  for (const { id, phase, token, attempts, allowed } of ended) {
    // One that was forgotten too often is given up; that is no loss.
    if (phase === 'failed') expect(attempts).toBe(allowed)
    else expect(phase).toBe('completed')
    const chain = events.filter(({ job_id }) => job_id === id)
    let state: EncodingPhase | null = null
    for (const event of chain) {
      expect(isLegalMove(state, event)).toBe(true)
      state = event.phase
    }
    expect(state).toBe(phase)
    expect(chain.filter(({ type }) => type === 'completed').length).toBe(
      phase === 'completed' ? 1 : 0,
    )
    const leases = chain.filter(({ type }) => type === 'claimed')
    expect(leases.map(({ fields }) => fields.fencingToken)).toEqual(
      leases.map((_, index) => index + 1),
    )
    const told = notes.filter(({ job }) => job === id)
    for (const note of told) expect(leases[note.token - 1]?.fields.encoder).toBe(note.encoder)
    const completed = told.filter(({ what }) => what === 'completed')
    expect(completed.map((note) => note.token)).toEqual(phase === 'completed' ? [token] : [])
  }
}
