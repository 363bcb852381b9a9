import { createFfmpeg } from '#node/encoding/ffmpeg-process.ts'
import { createProcessGuard, findDeathSignal } from '#node/encoding/process-guard.ts'
import { createProcessLedger } from '#node/encoding/process-ledger.ts'

/**
 * A program that encodes until it is killed. Says `encoding` when FFmpeg is at work.
 * Arguments: FFmpeg, the ledger's folder, and whether the kernel is asked to help (`guarded`) or not (`unguarded`).
 */
const [, , path = '', ledger = '', mode = ''] = process.argv
const guard = createProcessGuard(
  { ledger: createProcessLedger(ledger) },
  { niceness: 10, prefix: mode === 'guarded' ? await findDeathSignal() : [] },
)
await createFfmpeg({ guard }, { path, stallMs: 60_000 }).run({
  args: ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180', '-c:v', 'libx264', '-f', 'null', '-'],
  directory: ledger,
  signal: new AbortController().signal,
  onProgress: () => process.stdout.write('encoding\n'),
})
