import { chmod, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { openFfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { Ffprobe } from '#node/encoding/ffprobe.ts'
import { createFfprobe } from '#node/encoding/ffprobe.ts'
import { createProcessGuard, findDeathSignal } from '#node/encoding/process-guard.ts'
import { createProcessLedger } from '#node/encoding/process-ledger.ts'
import type { Workshop } from '../../support/delivered-tree.ts'
import { openWorkshop, withSegments } from '../../support/delivered-tree.ts'
import { makeFolder, searchPath, untroubled } from '../../support/ffmpeg.ts'
import { withoutKeyframe } from '../../support/transport-forgery.ts'

let workshop: Workshop

beforeAll(async () => {
  workshop = await openWorkshop()
}, 60_000)

function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: the disk`), { code })
}

/** An ffprobe made of a shell script, started as the product starts it. */
async function scriptedProbe(script: string | null): Promise<Ffprobe> {
  const folder = await makeFolder()
  const file = path.join(folder, 'ffprobe')
  if (script !== null) {
    await writeFile(file, `#!/bin/sh\n${script}\n`)
    await chmod(file, 0o755)
  }
  const ledger = createProcessLedger(path.join(folder, 'processes'))
  const guard = createProcessGuard({ ledger }, { niceness: 0, prefix: await findDeathSignal() })
  return createFfprobe({ guard }, { path: file, stallMs: 60_000 })
}

const honestly = (overrides: Partial<ContentStore>): ContentStore => ({
  ...workshop.content,
  ...overrides,
})

describe('nobody is accused, and the check rejects,', () => {
  test.each(['ENOSPC', 'EIO', 'EMFILE'])(
    'when the disk fails with %s while the tree is fetched',
    async (code) => {
      const cause = new AggregateError(
        [new Error('a peer was left out', { cause: diskError(code) })],
        'all failed',
      )
      const content = honestly({
        fetch: () =>
          Promise.reject(new MarketError('content-unavailable', 'nobody has it', {}, { cause })),
      })
      await expect(workshop.check(workshop.delivery, { deps: { content } })).rejects.toThrow(
        /nobody has it/,
      )
    },
  )

  test('when the manifest cannot be read from the disk', async () => {
    const cause = diskError('EIO')
    const content = honestly({
      read: () =>
        Promise.reject(new MarketError('content-unavailable', 'not whole here', {}, { cause })),
    })
    await expect(workshop.check(workshop.delivery, { deps: { content } })).rejects.toThrow(
      /not whole here/,
    )
  })

  test('when the tree cannot be assembled on the disk', async () => {
    const content = honestly({ addDirectory: () => Promise.reject(diskError('ENOSPC')) })
    await expect(workshop.check(workshop.delivery, { deps: { content } })).rejects.toThrow(/ENOSPC/)
  })

  test('when there is no room for a segment that is looked at', async () => {
    const folder = await makeFolder()
    const gone = path.join(folder, 'gone')
    const workspaceOf = () => ({
      source: async () => ({
        input: workshop.request.source,
        signal: untroubled,
        [Symbol.asyncDispose]: async () => undefined,
      }),
      scratch: async () => ({ path: gone, [Symbol.asyncDispose]: () => rm(gone, { force: true }) }),
      remove: () => Promise.resolve(),
    })
    await expect(workshop.check(workshop.delivery, { deps: { workspaceOf } })).rejects.toThrow(
      /ENOENT/,
    )
  })

  test('when ffprobe is not there', async () => {
    const ffprobe = await scriptedProbe(null)
    await expect(workshop.check(workshop.delivery, { deps: { ffprobe } })).rejects.toThrow()
  })

  test('when the source is not to be had', async () => {
    const { source } = workshop.offer
    const content = honestly({
      fetch: (id, ...rest) =>
        id === source.cid
          ? Promise.reject(new MarketError('content-unavailable', 'no source'))
          : workshop.content.fetch(id, ...rest),
    })
    await expect(workshop.check(workshop.delivery, { deps: { content } })).rejects.toThrow(
      /no source/,
    )
  })

  test('when its own encoder fails', async () => {
    const fails = () =>
      Promise.reject(new MarketError('ffmpeg-failed', 'FFmpeg was ended by SIGSEGV'))
    const engine: EncodingEngine = { ...workshop.engine, encodeCell: fails, encodeAudio: fails }
    await expect(workshop.check(workshop.delivery, { deps: { engine } })).rejects.toThrow(/SIGSEGV/)
  })

  test('when its own encoder never makes the same bytes twice', async () => {
    const { engine } = workshop
    let attempt = 0
    const unsteady: EncodingEngine = {
      ...engine,
      encodeCell: async (request, cell, options) => {
        const segments = await engine.encodeCell(request, cell, options)
        attempt += 1
        for (const segment of segments) await writeFile(segment.path, `attempt ${attempt}`)
        return segments
      },
    }
    await expect(workshop.check(workshop.delivery, { deps: { engine: unsteady } })).rejects.toThrow(
      /differently each time/,
    )
  })

  test('when it is stopped', async () => {
    const stopping = new AbortController()
    const content = honestly({
      fetch: (_, __, { signal }) => {
        stopping.abort(new Error('stopped'))
        return Promise.reject(signal.reason)
      },
    })
    const check = workshop.check(workshop.delivery, { deps: { content }, signal: stopping.signal })
    await expect(check).rejects.toThrow('stopped')
  })
})

describe('an ffprobe that crashes', () => {
  test('accuses nobody: honest segments are encoded again instead, and pass', async () => {
    const ffprobe = await scriptedProbe('kill -SEGV $$')
    const { verdict } = await workshop.check(workshop.delivery, { deps: { ffprobe } })
    expect(verdict).toBe('pass')
  })

  test('hides no forgery: a segment that nobody drew is encoded again, and differs', async () => {
    const forged = await workshop.record(withoutKeyframe(await workshop.segment('72p', 3)))
    const delivery = await workshop.deliver(withSegments(workshop.manifest, '72p', { 3: forged }))
    const ffprobe = await scriptedProbe('kill -SEGV $$')
    const { faults } = await workshop.check(delivery, { deps: { ffprobe } })
    expect(faults).toEqual([{ code: 'bytes-differ', rendition: '72p', segment: 3 }])
  })

  test('is asked again first', async () => {
    const { ffprobe } = workshop.tools
    const crashed = new Set<string>()
    const once: Ffprobe = {
      run: async (run) => {
        const file = run.args.at(-1)!
        if (crashed.has(file)) return ffprobe.run(run)
        crashed.add(file)
        throw new MarketError('ffmpeg-failed', 'ffprobe was ended by SIGKILL', {
          exitSignal: 'SIGKILL',
        })
      },
    }
    const { verdict, faults } = await workshop.check(workshop.delivery, { deps: { ffprobe: once } })
    expect({ verdict, faults }).toEqual({ verdict: 'pass', faults: [] })
    expect(crashed.size).toBe(8)
  })
})

describe('a second look', () => {
  test('clears an encoder whom the first one would have accused', async () => {
    const { engine, manifest } = workshop
    const { leadSeconds } = manifest.grid
    const seeksWrongly: EncodingEngine = {
      ...engine,
      encodeCell: async (request, cell, options) => {
        const segments = await engine.encodeCell(request, cell, options)
        const isFirst = request.terms.grid.leadSeconds === leadSeconds
        if (isFirst) for (const segment of segments) await writeFile(segment.path, 'wrong')
        return segments
      },
    }
    const { verdict } = await workshop.check(workshop.delivery, { deps: { engine: seeksWrongly } })
    expect(verdict).toBe('pass')
  })
})

test('ffprobe as the product finds it says by which signal it ended', async () => {
  const tools = await openFfmpegTools({
    directory: await makeFolder(),
    searchPath,
    signal: untroubled,
  })
  expect(tools.binaries.ffprobe).toBeTruthy()
  const ffprobe = await scriptedProbe('kill -SEGV $$')
  await expect(
    ffprobe.run({ args: [], signal: untroubled, onLine: () => undefined }),
  ).rejects.toMatchObject({
    meta: { exitSignal: 'SIGSEGV' },
  })
})
