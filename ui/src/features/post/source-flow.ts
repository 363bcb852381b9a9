import type { UploadStatus } from '#protocol/api/uploads.ts'
import type { Cid } from '#protocol/ids.ts'
import { keepPost, keptPost } from './kept-post.ts'
import type { PostSource, SourceState } from './source-state.ts'

/** The video of a post, from the file or the content id to what the server finds. It outlives the page's parts that show it. */
export type SourceFlow = ReturnType<typeof createSourceFlow>

export function createSourceFlow() {
  let current: SourceState = { phase: 'none', unfinished: null }
  let calling = new AbortController()
  const listeners = new Set<() => void>()
  const set = (state: SourceState): void => {
    current = state
    for (const changed of listeners) changed()
  }
  const run = (work: (signal: AbortSignal) => Promise<PostSource>): void => {
    calling.abort()
    calling = new AbortController()
    const { signal } = calling
    work(signal).then(
      (source) => {
        if (signal.aborted) return
        keepPost({ phase: 'known', name: source.name, cid: source.cid })
        set({ phase: 'ready', source })
      },
      (error: unknown) => {
        if (signal.aborted) return
        set({ phase: 'failed', message: error instanceof Error ? error.message : String(error) })
      },
    )
  }
  const measure = async (cid: Cid, name: string, signal: AbortSignal): Promise<PostSource> => {
    set({ phase: 'examining', name, percent: null })
    const { measureSource } = await import('./measure-source.ts')
    return await measureSource(cid, name, signal)
  }
  const upload = async (file: File, signal: AbortSignal): Promise<PostSource> => {
    const { name } = file
    set({ phase: 'uploading', name, percent: 0, bytesPerSecond: 0, etaSeconds: null })
    const { uploadSource } = await import('#ui/shared/upload-source.ts')
    const ready = await uploadSource(file, {
      signal,
      onSent: ({ percent, bytesPerSecond }) => {
        const left = (file.size * (100 - percent)) / 100
        const etaSeconds = bytesPerSecond > 0 ? left / bytesPerSecond : null
        keepPost({ phase: 'uploading', name, percent })
        set({ phase: 'uploading', name, percent, bytesPerSecond, etaSeconds })
      },
      onAllSent: (id) => keepPost({ phase: 'sent', name, id }),
      onExamined: (percent) => set({ phase: 'examining', name, percent }),
    })
    return sourceOf(ready, name)
  }
  return {
    state: (): SourceState => current,
    subscribe: (changed: () => void) => {
      listeners.add(changed)
      return () => void listeners.delete(changed)
    },
    upload: (file: File): void => run((signal) => upload(file, signal)),
    /** A video that the server has already. */
    take: (cid: Cid): void => run((signal) => measure(cid, cid, signal)),
    /** Goes on with what a load of the page has cut short, if anything. */
    resume: (): void => {
      const kept = keptPost()
      if (!kept || current.phase !== 'none') return
      const { name } = kept
      if (kept.phase === 'uploading')
        set({ phase: 'none', unfinished: { name, percent: kept.percent } })
      if (kept.phase === 'known') run((signal) => measure(kept.cid, name, signal))
      if (kept.phase === 'sent')
        run(async (signal) => {
          set({ phase: 'examining', name, percent: null })
          const { untilReady } = await import('#ui/shared/upload-source.ts')
          const onExamined = (percent: number) => set({ phase: 'examining', name, percent })
          return sourceOf(await untilReady(kept.id, { signal, onExamined }), name)
        })
    },
    /** Ends it, and begins anew. What was sent stays for a while: the same file goes on from there. */
    reset: (): void => {
      calling.abort()
      keepPost(null)
      set({ phase: 'none', unfinished: null })
    },
  }
}

function sourceOf(ready: Extract<UploadStatus, { phase: 'ready' }>, name: string): PostSource {
  const { cid, bytes, width, height, seconds, isShort, ladder } = ready
  return { name, cid, bytes, width, height, seconds, isShort, ladder }
}
